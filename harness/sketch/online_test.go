package sketch

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"testing"

	"congrad/harness/method"
	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func online(aggregator string, change func(*OnlineSettings)) *Online {
	s := OnlineSettings{
		Model: config, Sketch: Settings{Kind: Flora, Rank: 2}, Languages: 3, Decay: 0.7, Aggregator: aggregator, Unit: true,
		Keep: method.Keep{Share: 0.5, Threshold: math.NaN(), Global: true}, RenewEvery: 2, Seed: 1, Round: "1",
	}
	if change != nil {
		change(&s)
	}
	return NewOnline(s)
}

// batchOf draws sketches with languages; the last language of three comes late.
func batchOf(o *Online, n int) (sketches [][]float32, language []int) {
	r := rng.Stream(uint64(o.Batches), "batch")
	for i := range n {
		l := r.IntN(2)
		if o.Batches > 4 && i == 0 {
			l = 2
		}
		language = append(language, l)
		g := make([]float32, len(o.Averages[0]))
		for j := range g {
			g[j] = float32(r.NormFloat64() + float64(l-1)*0.3)
		}
		sketches = append(sketches, g)
	}
	return sketches, language
}

// Batch by batch against the definition over all that was met: averages with their closed-form shares, and a consensus of
// what had been met when it was last renewed.
func TestMeetIsTheDefinition(t *testing.T) {
	for _, aggregator := range []string{"mean", "pcgrad", "gradvac"} {
		for _, dot := range []bool{false, true} {
			o := online(aggregator, func(s *OnlineSettings) { s.Dot, s.Unit = dot, !dot })
			d := &definition{t: t, o: o, met: make([][][]float32, 3)}
			for batch := 1; batch <= 9; batch++ {
				sketches, language := batchOf(o, 6)
				verdicts, err := o.Meet(sketches, language)
				if err != nil {
					t.Fatal(err)
				}
				d.checkVerdicts(batch, sketches, verdicts)
				for i, l := range language {
					d.met[l] = append(d.met[l], sketches[i])
				}
				if batch%o.RenewEvery == 0 {
					d.renew(batch)
				}
			}
			if o.Met[0]+o.Met[1]+o.Met[2] != 9*6 || o.Met[2] == 0 {
				t.Errorf("%v pairs were met", o.Met)
			}
		}
	}
}

// definition is what Online is held to, over all that was met.
type definition struct {
	t     *testing.T
	o     *Online
	met   [][][]float32 // [language] sketches
	v     []float64     // the consensus; nil before there is one
	state []float64     // of the aggregator
}

// checkVerdicts holds a batch's verdicts against the consensus: without one all pairs are kept, else the better half.
func (d *definition) checkVerdicts(batch int, sketches [][]float32, verdicts []Verdict) {
	d.t.Helper()
	kept := 0
	for i, g := range sketches {
		if verdicts[i].Kept {
			kept++
		}
		if d.v == nil {
			if !verdicts[i].Kept || verdicts[i].Rank != 0 {
				d.t.Errorf("%s: without a consensus: %+v", d.o.Aggregator, verdicts[i])
			}
			continue
		}
		wide := make([]float64, len(g))
		for j, x := range g {
			wide[j] = float64(x)
		}
		want := floats.Dot(wide, d.v)
		if !d.o.Dot {
			want /= floats.Norm(wide, 2) * floats.Norm(d.v, 2)
		}
		if math.Abs(verdicts[i].Score-want) > 1e-5*(1+math.Abs(want)) {
			d.t.Errorf("%s, batch %d: a pair scores %g, want %g", d.o.Aggregator, batch, verdicts[i].Score, want)
		}
	}
	if want := map[bool]int{true: 6, false: 3}[d.v == nil]; kept != want {
		d.t.Errorf("%s, batch %d: %d pairs are kept, want %d", d.o.Aggregator, batch, kept, want)
	}
}

// renew finds the consensus of the languages' averages, and holds the Gram matrix that was recorded against theirs.
func (d *definition) renew(batch int) {
	d.t.Helper()
	m := mat.NewDense(3, len(d.o.Averages[0]), nil)
	for l, list := range d.met {
		for i, share := range EMA(d.o.Decay)(len(list)) {
			for j, x := range list[i] {
				m.Set(l, j, m.At(l, j)+share*float64(x))
			}
		}
	}
	gram := mat.NewSymDense(3, nil)
	gram.SymOuterK(1, m)
	a, err := method.FindAggregator(d.o.Aggregator)
	if err != nil {
		d.t.Fatal(err)
	}
	if d.state != nil {
		if a, err = a.(method.Stateful).From(d.state, 3); err != nil {
			d.t.Fatal(err)
		}
	}
	w, err := method.Consensus(a, gram, d.o.Unit, rng.Stream(1, "aggregator", "1", strconv.Itoa(batch)))
	if err != nil {
		d.t.Fatal(err)
	}
	if d.state = w.State; (d.state != nil) != (d.o.Aggregator == "gradvac") {
		d.t.Errorf("%s remembers %v", d.o.Aggregator, d.state)
	}
	if d.o.Last.Batch != batch || !floats.EqualApprox(slices.Concat(d.o.Last.Gram...), denseOf(gram), 1e-4) {
		d.t.Errorf("%s: the Gram matrix %v, want %v", d.o.Aggregator, d.o.Last.Gram, denseOf(gram))
	}
	d.v = make([]float64, len(d.o.Averages[0]))
	for l := range d.met {
		floats.AddScaled(d.v, w.Weights[l], m.RawRowView(l))
	}
}

func denseOf(m mat.Symmetric) (list []float64) {
	for i := range m.SymmetricDim() {
		list = append(list, mat.Row(nil, i, m)...)
	}
	return list
}

// What a batch's other pairs are, and what the pair itself is, changes nothing in the consensus that it is compared with.
func TestNoPairIsComparedWithItself(t *testing.T) {
	var first []Verdict
	for change := range 2 {
		o := online("pcgrad", func(s *OnlineSettings) { s.RenewEvery = 1 })
		for range 4 {
			if _, err := o.Meet(batchOf(o, 6)); err != nil {
				t.Fatal(err)
			}
		}
		consensus := slices.Clone(o.Consensus)
		sketches, language := batchOf(o, 6)
		if change == 1 {
			for j := range sketches[5] {
				sketches[5][j] *= -100
			}
		}
		verdicts, err := o.Meet(sketches, language)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(consensus, o.Consensus) {
			t.Error("the consensus is not renewed")
		}
		if first == nil {
			first = verdicts
			continue
		}
		for i := range 5 {
			if first[i].Score != verdicts[i].Score {
				t.Errorf("pair %d scores %g and, beside another pair, %g", i, first[i].Score, verdicts[i].Score)
			}
		}
		if math.Abs(first[5].Score+verdicts[5].Score) > 1e-6 {
			t.Errorf("upside down and longer, a pair scores %g in place of %g", verdicts[5].Score, first[5].Score)
		}
	}
}

// A state that was saved goes on as if it had not been, wherever it is saved: before there is a consensus, after one, and in
// another subspace.
func TestOnlineGoesOn(t *testing.T) {
	for _, aggregator := range []string{"pcgrad", "gradvac"} {
		change := func(s *OnlineSettings) { s.ResampleEvery = 3 }
		for stop := range 9 {
			straight := online(aggregator, change)
			var again *Online
			for batch := range 9 {
				if batch == stop {
					tensor, text, err := straight.State()
					if err != nil {
						t.Fatal(err)
					}
					tensor.Data = slices.Clone(tensor.Data)
					again = online(aggregator, change)
					if err := again.Restore(tensor, text); err != nil {
						t.Fatal(err)
					}
				}
				want, err := straight.Meet(batchOf(straight, 5))
				if err != nil {
					t.Fatal(err)
				}
				if again == nil {
					continue
				}
				got, err := again.Meet(batchOf(again, 5))
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s, saved before batch %d: %s", aggregator, stop, d)
				}
			}
			if d := cmp.Diff(straight, again, cmp.Comparer(func(x, y float64) bool { return x == y || x != x && y != y })); d != "" {
				t.Errorf("%s, saved before batch %d: %s", aggregator, stop, d)
			}
			if straight.Subspace() != 3 {
				t.Errorf("after 9 batches it is subspace %d", straight.Subspace())
			}
		}
	}
}

func TestOnlineRefuses(t *testing.T) {
	o := online("pcgrad", nil)
	sketches, language := batchOf(o, 2)
	sketches[1][3] = float32(math.Inf(1))
	if _, err := o.Meet(sketches, language); !errors.Is(err, ErrNotFinite) {
		t.Errorf("a gradient that is not finite: %v", err)
	}
	tensor, text, err := online("pcgrad", nil).State()
	if err != nil {
		t.Fatal(err)
	}
	wider := online("pcgrad", func(s *OnlineSettings) { s.Sketch.Rank = 3 })
	for what, err := range map[string]error{
		"another rank":   wider.Restore(tensor, text),
		"no text":        o.Restore(tensor, ""),
		"four languages": online("pcgrad", func(s *OnlineSettings) { s.Languages = 4 }).Restore(tensor, text),
	} {
		if err == nil {
			t.Errorf("a state of %s is accepted", what)
		}
	}
}
