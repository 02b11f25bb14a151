package sketch

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// OnlineSettings say how pairs are picked batch by batch while training goes on.
type OnlineSettings struct {
	Model         model.Config
	Sketch        Settings
	Languages     int         // K
	Decay         float64     // of the languages' moving averages, per pair
	Aggregator    string      // a name of method.Aggregators
	Unit          bool        // languages enter the consensus by direction
	Dot           bool        // the inner product in place of the cosine
	Keep          method.Keep // of each batch; Global, as a batch has few pairs of each language
	RenewEvery    int         // batches from one consensus to the next
	ResampleEvery int         // batches after which the projections are drawn again; 0 is never
	Seed          uint64
	Round         string
}

// Online is ConGrad's state while training goes on: a sketched moving average of each language's gradients and the consensus.
// It is kept in float32, the numbers that Bytes counts; sums run in float64 and in a fixed order.
//
// A batch is scored against the consensus that was there before it, and enters its languages' averages afterwards: no pair is
// ever compared with its own gradient, which is what leaving it out is for where all pairs are scored together.
type Online struct {
	OnlineSettings
	Projections []nn.Projection // of the subspace in which all of it stands
	Averages    [][]float32     // [K, numbers] m ← decay·m + (1-decay)·g from zero, not corrected for that start
	Consensus   []float32       // V [numbers]; nothing before the first renewal
	Batches     int             // that have entered
	Met         []int           // [K] pairs of each language that have entered
	Last        *Renewal        // nil before the first
}

// Renewal is how a consensus came about.
type Renewal struct {
	Batch   int         `json:"batch"` // the last one that had entered
	Gram    [][]float64 `json:"gram"`  // [K, K] of the moving averages, corrected for their start
	Weights []float64   `json:"weights"`
	Order   [][]int     `json:"order,omitempty"`
	State   []float64   `json:"state,omitempty"` // what a stateful aggregator hands to the next renewal
}

// Verdict is what a batch's filter says of a pair. Before there is a consensus all pairs are kept, without a rank.
type Verdict struct {
	Score float64 `json:"score"`
	Rank  int     `json:"rank"` // within the batch
	Kept  bool    `json:"kept"`
}

// NewOnline starts with zero averages and no consensus.
func NewOnline(s OnlineSettings) *Online {
	o := &Online{OnlineSettings: s, Met: make([]int, s.Languages), Averages: make([][]float32, s.Languages)}
	for l := range o.Averages {
		o.Averages[l] = make([]float32, Numbers(s.Model, s.Sketch))
	}
	o.Projections = o.draw()
	return o
}

// Subspace counts how often the projections were drawn again.
func (o *Online) Subspace() int {
	if o.ResampleEvery == 0 {
		return 0
	}
	return o.Batches / o.ResampleEvery
}

func (o *Online) draw() []nn.Projection {
	return Projections(o.Model, o.Sketch, o.Seed, o.Round, strconv.Itoa(o.Subspace()))
}

// Meet picks from a batch of sketches [n, numbers] of pairs in these languages, and then lets the batch enter: the averages take
// its pairs in their order; after every RenewEvery batches the consensus is found again, and after every ResampleEvery ones
// all moves to another subspace.
func (o *Online) Meet(sketches [][]float32, language []int) ([]Verdict, error) {
	if err := check(sketches); err != nil {
		return nil, err
	}
	verdicts := o.judge(sketches, language)
	o.enter(sketches, language)
	if o.Batches++; o.Batches%o.RenewEvery == 0 {
		if err := o.renew(); err != nil {
			return nil, err
		}
	}
	if o.ResampleEvery > 0 && o.Batches%o.ResampleEvery == 0 {
		o.resample()
	}
	return verdicts, nil
}

// judge scores pairs against the consensus that stands.
func (o *Online) judge(sketches [][]float32, language []int) []Verdict {
	verdicts := make([]Verdict, len(sketches))
	if o.Consensus == nil {
		for i := range verdicts {
			verdicts[i].Kept = true
		}
		return verdicts
	}
	scores, length := make([]float64, len(sketches)), inner(o.Consensus, o.Consensus)
	parallel(len(sketches), func(i int) {
		scores[i] = inner(sketches[i], o.Consensus)
		if !o.Dot {
			scores[i] = method.Cosine(scores[i], inner(sketches[i], sketches[i]), length)
		}
	})
	for i, c := range o.Keep.Choose(language, scores) {
		verdicts[i] = Verdict{scores[i], c.Rank, c.Kept}
	}
	return verdicts
}

// enter takes pairs into their languages' averages.
func (o *Online) enter(sketches [][]float32, language []int) {
	parallel(o.Languages, func(l int) {
		m := o.Averages[l]
		for i, g := range sketches {
			if language[i] != l {
				continue
			}
			o.Met[l]++
			for j, x := range g {
				m[j] = float32(o.Decay*float64(m[j]) + (1-o.Decay)*float64(x))
			}
		}
	})
}

// renew finds the consensus V = Σ w_l m_l / (1 - decay^n_l) of the averages as they stand, corrected for their start (Kingma & Ba
// 2015, section 3). A language that no pair was met of has no say.
func (o *Online) renew() error {
	correction := make([]float64, o.Languages)
	for l, n := range o.Met {
		if n > 0 {
			correction[l] = 1 / (1 - math.Pow(o.Decay, float64(n)))
		}
	}
	gram := mat.NewSymDense(o.Languages, nil)
	renewal := &Renewal{Batch: o.Batches, Gram: make([][]float64, o.Languages)}
	products := make([]float64, o.Languages*o.Languages)
	parallel(len(products), func(at int) {
		if k, l := at/o.Languages, at%o.Languages; k <= l {
			products[at] = correction[k] * correction[l] * inner(o.Averages[k], o.Averages[l])
		}
	})
	for k := range o.Languages {
		for l := k; l < o.Languages; l++ {
			gram.SetSym(k, l, products[k*o.Languages+l])
		}
	}
	for k := range o.Languages {
		renewal.Gram[k] = mat.Row(nil, k, gram)
	}
	aggregator, err := method.FindAggregator(o.Aggregator)
	if err != nil {
		return err
	}
	if o.Last != nil {
		if aggregator, err = method.GoOn(aggregator, o.Last.State, o.Languages); err != nil {
			return err
		}
	}
	w, err := method.Consensus(aggregator, gram, o.Unit, rng.Stream(o.Seed, "aggregator", o.Round, strconv.Itoa(o.Batches)))
	if err != nil {
		return err
	}
	renewal.Weights, renewal.Order, renewal.State = w.Weights, w.Order, w.State
	v := make([]float64, len(o.Averages[0]))
	for l, m := range o.Averages {
		for j, x := range m {
			v[j] += w.Weights[l] * correction[l] * float64(x)
		}
	}
	o.Consensus = make([]float32, len(v))
	for j, x := range v {
		o.Consensus[j] = float32(x)
	}
	o.Last = renewal
	return nil
}

// resample draws the projections again and carries everything over.
func (o *Online) resample() {
	to := o.draw()
	all := o.Averages
	if o.Consensus != nil {
		all = append(all[:len(all):len(all)], o.Consensus)
	}
	Transfer(o.Model, o.Projections, to, all...)
	o.Projections = to
}

// inner is <a, b> in float64.
func inner(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x) * float64(b[i])
	}
	return sum
}

// rest is what of the state no tensor holds.
type rest struct {
	Batches int      `json:"batches"`
	Met     []int    `json:"met"`
	Last    *Renewal `json:"last"`
}

// onlineTensor names the tensor of the averages, and of the consensus behind them.
const onlineTensor = "online.averages"

// State is all that a stopped run needs to go on, as a checkpoint holds it: a tensor and a line of JSON.
func (o *Online) State() (model.NamedTensor, string, error) {
	t := model.NamedTensor{Name: onlineTensor}
	for _, m := range o.Averages {
		t.Data = append(t.Data, m...)
	}
	t.Data = append(t.Data, o.Consensus...)
	t.Dims = []int{len(t.Data)}
	text, err := json.Marshal(rest{o.Batches, o.Met, o.Last})
	return t, string(text), err
}

// Restore goes back to a State.
func (o *Online) Restore(t model.NamedTensor, text string) error {
	var r rest
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("reading the filter's state: %w", err)
	}
	numbers, rows := len(o.Averages[0]), o.Languages
	if r.Last != nil {
		rows++
	}
	if t.Name != onlineTensor || len(t.Data) != rows*numbers || len(r.Met) != o.Languages {
		return fmt.Errorf("reading the filter's state: %q has %d numbers for %d languages; want %d rows of %d for %d languages", t.Name, len(t.Data), len(r.Met), rows, numbers, o.Languages)
	}
	for l := range o.Averages {
		o.Averages[l] = t.Data[l*numbers : (l+1)*numbers : (l+1)*numbers]
	}
	o.Batches, o.Met, o.Last = r.Batches, r.Met, r.Last
	if r.Last != nil {
		o.Consensus = t.Data[o.Languages*numbers:]
	}
	o.Projections = o.draw()
	return nil
}
