package train

import (
	"cmp"
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/sketch"

	"gonum.org/v1/gonum/mat"
)

// spoken are pairs of three languages. Their answers have no word in common: of equal ones the gradient would be rounding alone.
func spoken() []Pair {
	var pairs []Pair
	r := rng.Stream(1, "pairs")
	words := func(n, from int) (list []int) {
		for range n {
			list = append(list, from+r.IntN(5))
		}
		return list
	}
	for i := range 13 {
		ask := words(1+i%4, 3)
		pairs = append(pairs, Pair{
			Chosen: nn.Row{Prompt: ask, Answer: words(2, 1)}, Rejected: nn.Row{Prompt: ask, Answer: words(1+i%3, 6)}, Reference: 0.1 * float64(i%5), Language: i % 3,
		})
	}
	return pairs
}

func onlineSettings(kind string) (sketch.OnlineSettings, Settings) {
	s := settings
	s.Epochs, s.BatchPairs, s.Adam.Epsilon = 2, 4, 1e-2 // which keeps rounding from deciding the sign of a step
	return sketch.OnlineSettings{
		Model: config, Sketch: sketch.Settings{Kind: kind, Rank: 3}, Languages: 3, Decay: 0.8, Aggregator: "pcgrad", Unit: true,
		Keep: method.Keep{Share: 0.5, Threshold: math.NaN(), Global: true}, RenewEvery: 2, ResampleEvery: 5, Seed: 1, Round: "1",
	}, s
}

// outcome is what a run of training leaves.
type outcome struct {
	steps    []Step
	verdicts []sketch.Verdict
	state    *sketch.Online
	weights  *model.Weights
}

func trainOnline(t *testing.T, e *nn.Engine, o sketch.OnlineSettings, s Settings, pairs []Pair) outcome {
	t.Helper()
	trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	filter := NewOnline(e, sketch.NewOnline(o), nil, pairs, s)
	defer filter.Free()
	var out outcome
	err = Filtered(context.Background(), trainer, 0, pairs, s, o.Seed, o.Round, filter.Filter, func(step Step) error {
		out.steps = append(out.steps, step)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.weights, err = e.Download(trainer.Weights()); err != nil {
		t.Fatal(err)
	}
	out.verdicts, out.state = filter.Verdicts, filter.State
	return out
}

// slow is the whole loop written again in the simplest way: exact gradients pair by pair, projected and decoded with dense
// matrices in float64. It shares with the code under test the streams of random numbers, the aggregator, which has tests of its
// own, and the trainer.
type slow struct {
	t       *testing.T
	o       sketch.OnlineSettings
	s       Settings
	shapes  []model.Shape
	average [][]*mat.Dense // [language][weight] a sketch
	v       []*mat.Dense   // nil before the first consensus
	met     []int
	cs, as  []*mat.Dense // of the subspace, see sides
}

// sides are the dense C and A of each weight in the n-th subspace; a side that is not compressed has the identity.
func (x *slow) sides(n int) (cs, as []*mat.Dense) {
	for i, p := range sketch.Projections(config, x.o.Sketch, x.o.Seed, x.o.Round, strconv.Itoa(n)) {
		dense := func(entries []float32, side int) *mat.Dense {
			if entries == nil {
				m := mat.NewDense(side, side, nil)
				for k := range side {
					m.Set(k, k, 1)
				}
				return m
			}
			m := mat.NewDense(len(entries)/side, side, nil)
			for k, e := range entries {
				m.Set(k/side, k%side, float64(e))
			}
			return m
		}
		cs, as = append(cs, dense(p.C, x.shapes[i].Dims[0])), append(as, dense(p.A, x.shapes[i].Dims[1]))
	}
	return cs, as
}

func times(list ...mat.Matrix) *mat.Dense {
	m := mat.DenseCopyOf(list[0])
	for _, next := range list[1:] {
		var product mat.Dense
		product.Mul(m, next)
		m = &product
	}
	return m
}

func scaled(f float64, m *mat.Dense) *mat.Dense {
	var y mat.Dense
	y.Scale(f, m)
	return &y
}

func sumOf(a, b *mat.Dense) *mat.Dense {
	var y mat.Dense
	y.Add(a, b)
	return &y
}

func dots(a, b []*mat.Dense) float64 {
	sum := 0.0
	for i := range a {
		var y mat.Dense
		y.MulElem(a[i], b[i])
		sum += mat.Sum(&y)
	}
	return sum
}

// gradient is the exact gradient of one pair's loss, of the weights that are sketched.
func (x *slow) gradient(e *nn.Engine, w *model.Weights, p Pair) (list []*mat.Dense) {
	trainer, err := e.NewTrainer(w, x.s.Adam)
	if err != nil {
		x.t.Fatal(err)
	}
	defer trainer.Free()
	batch, err := nn.NewBatch([]nn.Row{p.Chosen, p.Rejected}, 2, 16, 16)
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := trainer.Accumulate(batch, nn.Preference{Loss: x.s.Loss, Reference: []float64{p.Reference}, Weight: []float64{1}}); err != nil {
		x.t.Fatal(err)
	}
	all, err := trainer.TakeGradient()
	if err != nil {
		x.t.Fatal(err)
	}
	for i, shape := range config.Shapes() {
		if !shape.Projects() {
			continue
		}
		m := mat.NewDense(shape.Dims[0], shape.Dims[1], nil)
		for k, g := range all[i] {
			m.Set(k/shape.Dims[1], k%shape.Dims[1], float64(g))
		}
		list = append(list, m)
	}
	return list
}

// run returns the pairs kept at each step and the weights in the end.
func (x *slow) run(e *nn.Engine, pairs []Pair) (kept [][]int, scores [][]float64, end *model.Weights) {
	for _, s := range config.Shapes() {
		if s.Projects() {
			x.shapes = append(x.shapes, s)
		}
	}
	x.met, x.average = make([]int, x.o.Languages), make([][]*mat.Dense, x.o.Languages)
	trainer, err := e.NewTrainer(model.New(config, 1), x.s.Adam)
	if err != nil {
		x.t.Fatal(err)
	}
	defer trainer.Free()
	x.cs, x.as = x.sides(0)
	steps := x.s.Steps(len(pairs))
	for step := 1; step <= steps; step++ {
		w, err := e.Download(trainer.Weights())
		if err != nil {
			x.t.Fatal(err)
		}
		batch := batchOf(pairs, x.s, step, x.o.Seed, x.o.Round)
		sketches, cosines := make([][]*mat.Dense, len(batch)), make([]float64, len(batch))
		for k, i := range batch {
			for l, g := range x.gradient(e, w, pairs[i]) {
				sketches[k] = append(sketches[k], times(x.cs[l], g, x.as[l].T()))
			}
			if x.v != nil {
				cosines[k] = dots(sketches[k], x.v) / math.Sqrt(dots(sketches[k], sketches[k])*dots(x.v, x.v))
			}
		}
		picked := x.pick(batch, cosines)
		kept, scores = append(kept, picked), append(scores, cosines)
		for k, i := range batch {
			x.meet(pairs[i].Language, sketches[k])
		}
		if step%x.o.RenewEvery == 0 {
			x.renew(step)
		}
		if x.o.ResampleEvery > 0 && step%x.o.ResampleEvery == 0 {
			x.resample(step / x.o.ResampleEvery)
		}
		x.step(trainer, pairs, picked, step, steps)
	}
	if end, err = e.Download(trainer.Weights()); err != nil {
		x.t.Fatal(err)
	}
	return kept, scores, end
}

// pick keeps the share of a batch with the highest cosines, all of it before there is a consensus.
func (x *slow) pick(batch []int, cosines []float64) (picked []int) {
	if x.v == nil {
		return batch
	}
	ranked := make([]int, len(batch))
	for k := range ranked {
		ranked[k] = k
	}
	slices.SortStableFunc(ranked, func(a, b int) int { return cmp.Compare(cosines[b], cosines[a]) })
	ranked = ranked[:max(1, int(math.Floor(x.o.Keep.Share*float64(len(batch))+0.5)))]
	slices.Sort(ranked)
	for _, k := range ranked {
		picked = append(picked, batch[k])
	}
	return picked
}

// meet enters a pair's sketch into the moving average of its language.
func (x *slow) meet(language int, sketch []*mat.Dense) {
	x.met[language]++
	for n, g := range sketch {
		if len(x.average[language]) <= n {
			x.average[language] = append(x.average[language], scaled(0, g))
		}
		x.average[language][n] = sumOf(scaled(x.o.Decay, x.average[language][n]), scaled(1-x.o.Decay, g))
	}
}

// resample moves averages and consensus into another subspace.
func (x *slow) resample(subspace int) {
	cs, as := x.sides(subspace)
	for _, list := range append(slices.Clone(x.average), x.v) {
		for n := range list {
			decoded := times(x.cs[n].T(), list[n], x.as[n])
			list[n] = times(cs[n], decoded, as[n].T())
		}
	}
	x.cs, x.as = cs, as
}

// step is the optimiser's, on the picked pairs.
func (x *slow) step(trainer *nn.Trainer, pairs []Pair, picked []int, step, steps int) {
	var rows []nn.Row
	target := nn.Preference{Loss: x.s.Loss}
	for _, i := range picked {
		rows = append(rows, pairs[i].Chosen, pairs[i].Rejected)
		target.Reference, target.Weight = append(target.Reference, pairs[i].Reference), append(target.Weight, 1/float64(len(picked)))
	}
	b, err := nn.NewBatch(rows, len(rows), 16, 16)
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := trainer.Accumulate(b, target); err != nil {
		x.t.Fatal(err)
	}
	rate, err := x.s.Schedule.Rate(step, steps)
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := trainer.Apply(rate); err != nil {
		x.t.Fatal(err)
	}
}

func (x *slow) renew(step int) {
	gram, corrected := mat.NewSymDense(x.o.Languages, nil), make([][]*mat.Dense, x.o.Languages)
	for l, list := range x.average {
		for _, m := range list {
			corrected[l] = append(corrected[l], scaled(1/(1-math.Pow(x.o.Decay, float64(x.met[l]))), m))
		}
	}
	for k := range corrected {
		for l := range k + 1 {
			gram.SetSym(k, l, dots(corrected[k], corrected[l]))
		}
	}
	aggregator, err := method.FindAggregator(x.o.Aggregator)
	if err != nil {
		x.t.Fatal(err)
	}
	w, err := method.Consensus(aggregator, gram, x.o.Unit, rng.Stream(x.o.Seed, "aggregator", x.o.Round, strconv.Itoa(step)))
	if err != nil {
		x.t.Fatal(err)
	}
	x.v = nil
	for n := range x.shapes {
		sum := scaled(0, corrected[0][n])
		for l := range corrected {
			sum = sumOf(sum, scaled(w.Weights[l], corrected[l][n]))
		}
		x.v = append(x.v, sum)
	}
}

// The loop keeps the pairs, and ends in the weights, of the slow one, whatever the sketch, across resampling too.
func TestOnlineIsTheSlowLoop(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, pairs := nn.NewEngine(b, config), spoken()
		for _, kind := range []string{sketch.Flora, sketch.Logra, sketch.Exact} {
			o, s := onlineSettings(kind)
			got := trainOnline(t, e, o, s, pairs)
			kept, scores, end := (&slow{t: t, o: o, s: s}).run(e, pairs)
			last := make([]float64, len(pairs))
			for step := range kept {
				if n := len(kept[step]); got.steps[step].Pairs != n || got.steps[step].Step != step+1 {
					t.Errorf("%s: step %d is taken on %d pairs, want %d", kind, step+1, got.steps[step].Pairs, n)
				}
				for k, i := range batchOf(pairs, s, step+1, o.Seed, o.Round) {
					last[i] = scores[step][k]
					if at := len(kept) - step; at <= 4 && got.verdicts[i].Kept != slices.Contains(kept[step], i) { // of the last epoch
						t.Errorf("%s: pair %d of step %d is kept: %v", kind, i, step+1, got.verdicts[i].Kept)
					}
				}
			}
			for i, v := range got.verdicts {
				if math.Abs(v.Score-last[i]) > 1e-4 || v.Rank == 0 {
					t.Errorf("%s: pair %d scores %g and has the rank %d, want the score %g", kind, i, v.Score, v.Rank, last[i])
				}
			}
			if d := farthest(got.weights, end); d > 1e-4 {
				t.Errorf("%s: the weights differ by %g", kind, d)
			}
			if d := farthest(got.weights, model.New(config, 1)); d < 0.02 {
				t.Errorf("%s: training moved the weights by %g only", kind, d)
			}
		}
	})
}

func farthest(a, b *model.Weights) (most float64) {
	for i := range a.Tensors {
		for j, x := range a.Tensors[i] {
			most = max(most, math.Abs(float64(x-b.Tensors[i][j])))
		}
	}
	return most
}

// A filter that keeps all leaves joint training as it is, to the last bit; the same run gives the same bits.
func TestOnlineThatKeepsAllIsJoint(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, pairs := nn.NewEngine(b, config), spoken()
		o, s := onlineSettings(sketch.Flora)
		half := trainOnline(t, e, o, s, pairs)
		if again := trainOnline(t, e, o, s, pairs); half.weights.Hash() != again.weights.Hash() || !slices.Equal(half.verdicts, again.verdicts) {
			t.Error("the same run gives two results")
		}
		o.Keep.Threshold = -1
		all := trainOnline(t, e, o, s, pairs)
		trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Free()
		var steps []Step
		if err := Pairs(context.Background(), trainer, 0, pairs, s, o.Seed, o.Round, func(step Step) error { steps = append(steps, step); return nil }); err != nil {
			t.Fatal(err)
		}
		w, err := e.Download(trainer.Weights())
		if err != nil {
			t.Fatal(err)
		}
		if all.weights.Hash() != w.Hash() || !reflect.DeepEqual(all.steps, steps) {
			t.Error("a filter that keeps all trains otherwise than none")
		}
		if half.weights.Hash() == w.Hash() {
			t.Error("a filter that keeps half trains as none")
		}
	})
}

// Where a batch keeps nothing, the schedule goes on without an optimiser step.
func TestOnlineThatKeepsNothing(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, pairs := nn.NewEngine(b, config), spoken()
		o, s := onlineSettings(sketch.Flora)
		o.Keep.Threshold = 2 // above every cosine
		got := trainOnline(t, e, o, s, pairs)
		for i, step := range got.steps {
			rate, err := s.Schedule.Rate(i+1, len(got.steps))
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			if i < o.RenewEvery { // before there is a consensus
				want = 4
			}
			if step.Step != i+1 || step.Rate != rate || step.Pairs != want || step.Met == 0 || (step.GradNorm == 0) != (want == 0) {
				t.Errorf("step %d: %+v", i+1, step)
			}
		}
		s.Epochs = 1
		o.RenewEvery = 1 // only the first batch is kept, and then the weights stay
		s.Schedule.Shape = "constant"
		once, more := trainOnline(t, e, o, s, pairs), Settings{}
		more = s
		more.Epochs = 2
		more.Schedule.Warmup = s.Schedule.Warmup / 2
		if twice := trainOnline(t, e, o, more, pairs); once.weights.Hash() != twice.weights.Hash() {
			t.Error("batches of which nothing is kept move the weights")
		}
	})
}

func TestOnlineStopsWhereTrainingDiverges(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, pairs := nn.NewEngine(b, config), spoken()
		o, s := onlineSettings(sketch.Flora)
		w := model.New(config, 1)
		w.Tensors[1][0] = float32(math.NaN())
		trainer, err := e.NewTrainer(w, s.Adam)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Free()
		filter := NewOnline(e, sketch.NewOnline(o), nil, pairs, s)
		defer filter.Free()
		err = Filtered(context.Background(), trainer, 0, pairs, s, 1, "1", filter.Filter, func(Step) error { return nil })
		if !errors.Is(err, ErrNumerical) {
			t.Errorf("weights that are not finite: %v", err)
		}
	})
}

func TestRoom(t *testing.T) {
	for _, c := range []struct{ kept, batch, full, want int }{
		{16, 16, 16, 16}, {8, 16, 16, 8}, {9, 16, 16, 16}, {5, 16, 16, 8}, {1, 16, 16, 1}, {3, 13, 13, 4}, {7, 13, 13, 7}, {4, 4, 16, 16}, {1, 2, 1, 1},
	} {
		if got := roomFor(c.kept, c.batch, c.full); got != c.want {
			t.Errorf("%d of %d pairs, at most %d: room for %d, want %d", c.kept, c.batch, c.full, got, c.want)
		}
	}
}
