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
			met, state := make([][][]float32, 3), []float64(nil)
			var v []float64
			for batch := 1; batch <= 9; batch++ {
				sketches, language := batchOf(o, 6)
				verdicts, err := o.Meet(sketches, language)
				if err != nil {
					t.Fatal(err)
				}
				kept := 0
				for i, g := range sketches {
					if verdicts[i].Kept {
						kept++
					}
					if v == nil {
						if !verdicts[i].Kept || verdicts[i].Rank != 0 {
							t.Errorf("%s: without a consensus: %+v", aggregator, verdicts[i])
						}
						continue
					}
					wide := make([]float64, len(g))
					for j, x := range g {
						wide[j] = float64(x)
					}
					want := floats.Dot(wide, v)
					if !dot {
						want /= floats.Norm(wide, 2) * floats.Norm(v, 2)
					}
					if math.Abs(verdicts[i].Score-want) > 1e-5*(1+math.Abs(want)) {
						t.Errorf("%s, batch %d: a pair scores %g, want %g", aggregator, batch, verdicts[i].Score, want)
					}
				}
				if want := map[bool]int{true: 6, false: 3}[v == nil]; kept != want {
					t.Errorf("%s, batch %d: %d pairs are kept, want %d", aggregator, batch, kept, want)
				}
				for i, l := range language {
					met[l] = append(met[l], sketches[i])
				}
				if batch%o.RenewEvery != 0 {
					continue
				}
				m := mat.NewDense(3, len(sketches[0]), nil)
				for l, list := range met {
					for i, share := range EMA(o.Decay)(len(list)) {
						for j, x := range list[i] {
							m.Set(l, j, m.At(l, j)+share*float64(x))
						}
					}
				}
				gram := mat.NewSymDense(3, nil)
				gram.SymOuterK(1, m)
				a, err := method.FindAggregator(aggregator)
				if err != nil {
					t.Fatal(err)
				}
				if state != nil {
					if a, err = a.(method.Stateful).From(state, 3); err != nil {
						t.Fatal(err)
					}
				}
				w, err := method.Consensus(a, gram, o.Unit, rng.Stream(1, "aggregator", "1", strconv.Itoa(batch)))
				if err != nil {
					t.Fatal(err)
				}
				if state = w.State; (state != nil) != (aggregator == "gradvac") {
					t.Errorf("%s remembers %v", aggregator, state)
				}
				if o.Last.Batch != batch || !floats.EqualApprox(slices.Concat(o.Last.Gram...), denseOf(gram), 1e-4) {
					t.Errorf("%s: the Gram matrix %v, want %v", aggregator, o.Last.Gram, denseOf(gram))
				}
				v = make([]float64, len(sketches[0]))
				for l := range met {
					floats.AddScaled(v, w.Weights[l], m.RawRowView(l))
				}
			}
			if o.Met[0]+o.Met[1]+o.Met[2] != 9*6 || o.Met[2] == 0 {
				t.Errorf("%v pairs were met", o.Met)
			}
		}
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
