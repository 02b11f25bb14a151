package method

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"
)

// some evidence of n pairs in k languages for a selector: scores with ties, gradients with or without zeros among them.
func some(r *rand.Rand, reads Reading, n, k int) Evidence {
	share := func() float64 { return 0.5 + r.Float64() }
	if reads.HeldBack() {
		share = func() float64 { return float64(1 - min(1, r.IntN(5))) }
	}
	x := newKnown(r, n, k, share)
	weights := make([]float64, k)
	for l := range weights {
		weights[l] = r.NormFloat64()
	}
	e := x.evidence(Scoring{LeaveOneOut: true}, weights)
	for l := range k {
		e.Trust = append(e.Trust, float64(l%2)*(0.1+r.Float64()))
	}
	for i := range n {
		e.Gap = append(e.Gap, float64(r.IntN(5)))
		e.Margin = append(e.Margin, math.Round(4*r.NormFloat64())/4)
		e.Chosen = append(e.Chosen, -math.Round(4*r.ExpFloat64())/4)
		e.Unprompted = append(e.Unprompted, e.Chosen[i]-1+math.Round(4*r.NormFloat64())/4)
		e.Known = append(e.Known, math.Round(2*r.NormFloat64())/4)
		e.Gain = append(e.Gain, math.Round(4*r.NormFloat64())/4)
		if e.Share[i] > 0 {
			e.Gain[i] = math.NaN()
		}
		if r.IntN(8) == 0 {
			e.Square[i], e.Inner[i] = 0, make([]float64, k)
		}
	}
	return e
}

// permuted is the evidence with its pairs in another order: pair i of it is pair order[i] of e.
func permuted(e Evidence, order []int) Evidence {
	p := e
	for _, list := range []*[]float64{&p.Gap, &p.Margin, &p.Chosen, &p.Unprompted, &p.Known, &p.Gain, &p.Square, &p.Share} {
		*list = reorder(*list, order)
	}
	p.Language, p.Inner = reorder(e.Language, order), reorder(e.Inner, order)
	return p
}

func reorder[T any](list []T, order []int) []T {
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = list[from]
	}
	return out
}

// TestEverySelector holds what is true of all that rank pairs. A new one passes it by standing in the table.
func TestEverySelector(t *testing.T) {
	for _, s := range Selectors {
		if s.Scores == nil {
			continue
		}
		for _, n := range []int{2, 3, 10, 60} {
			for _, k := range []int{2, 3, 7} {
				t.Run(s.Name+" of "+strconv.Itoa(n)+" in "+strconv.Itoa(k), func(t *testing.T) {
					r := rng.Stream(1, "evidence", s.Name, strconv.Itoa(n), strconv.Itoa(k))
					e := some(r, s.Reads, n, k)
					scores := s.Scores(e)
					if len(scores) != n {
						t.Fatalf("%d scores for %d pairs", len(scores), n)
					}
					for i, score := range scores {
						aside := s.Reads.HeldBack() && e.Share[i] > 0 || s.Reads == ReadsUnprompted && e.Unprompted[i] > e.Chosen[i] || s.Reads == ReadsKnown && e.Known[i] == 0
						if math.IsNaN(score) != aside || math.IsInf(score, 0) {
							t.Errorf("pair %d scores %g", i, score)
						}
					}
					if again := s.Scores(e); !cmp.Equal(scores, again, cmpopts.EquateNaNs()) {
						t.Errorf("the same evidence gives %v and %v", scores, again)
					}
					order := r.Perm(n)
					p, moved := permuted(e, order), reorder(scores, order)
					if d := cmp.Diff(moved, s.Scores(p), cmpopts.EquateNaNs()); d != "" {
						t.Fatalf("a pair's score depends on its place: %s", d)
					}
					for _, keep := range []Keep{
						{Share: 0.5, Threshold: math.NaN()},
						{Share: 0.1, Threshold: math.NaN()},
						{Share: 1, Threshold: math.NaN()},
						{Share: 0.5, Threshold: math.NaN(), Global: true},
						{Threshold: 0},
					} {
						kept := keep.Choose(e.Language, scores)
						checkCounts(t, keep, e.Language, scores, kept)
						checkOrder(t, keep, e.Language, scores, kept)
						// in another order of the pairs, only which of equally good ones is kept may change
						if d := cmp.Diff(keptScores(keep, e.Language, scores, kept), keptScores(keep, p.Language, moved, keep.Choose(p.Language, moved))); d != "" {
							t.Errorf("%+v: which pairs are kept depends on their order: %s", keep, d)
						}
					}
				})
			}
		}
	}
}

// checkCounts holds the kept pairs against the share of each group, as far as pairs are up for selection.
func checkCounts(t *testing.T, keep Keep, language []int, scores []float64, choices []Choice) {
	t.Helper()
	for _, group := range groups(language, keep.Global) {
		up, kept, want := 0, 0, 0
		for _, i := range group {
			if !math.IsNaN(scores[i]) {
				up++
			}
			if choices[i].Kept {
				kept++
			}
			if scores[i] >= keep.Threshold {
				want++
			}
		}
		if math.IsNaN(keep.Threshold) {
			want = min(up, max(1, int(math.Floor(keep.Share*float64(len(group))+0.5))))
		}
		if kept != want {
			t.Errorf("%+v: keeps %d of %d pairs, %d of them up for selection; want %d", keep, kept, len(group), up, want)
		}
	}
}

// checkOrder holds ranks against scores: 1, 2, ... within a group, falling scores, the kept ones first.
func checkOrder(t *testing.T, keep Keep, language []int, scores []float64, choices []Choice) {
	t.Helper()
	for _, group := range groups(language, keep.Global) {
		ranked := slices.DeleteFunc(group, func(i int) bool { return choices[i].Rank == 0 })
		slices.SortFunc(ranked, func(a, b int) int { return choices[a].Rank - choices[b].Rank })
		for at, i := range ranked {
			if choices[i].Rank != at+1 {
				t.Fatalf("%+v: pair %d has rank %d, want %d", keep, i, choices[i].Rank, at+1)
			}
			if at == 0 {
				continue
			}
			if before := ranked[at-1]; scores[before] < scores[i] || choices[i].Kept && !choices[before].Kept {
				t.Errorf("%+v: pair %d (score %g, %+v) ranks before pair %d (score %g, %+v)", keep, before, scores[before], choices[before], i, scores[i], choices[i])
			}
		}
	}
}

// keptScores are the kept scores of each group, in order.
func keptScores(keep Keep, language []int, scores []float64, choices []Choice) [][]float64 {
	var list [][]float64
	for _, group := range groups(language, keep.Global) {
		var kept []float64
		for _, i := range group {
			if choices[i].Kept {
				kept = append(kept, scores[i])
			}
		}
		slices.Sort(kept)
		list = append(list, kept)
	}
	return list
}

// What other languages' pairs are like changes no score of a language, or some, as the table says.
func TestOwnLanguageSelectors(t *testing.T) {
	for _, s := range Selectors {
		if s.Ranks() != (s.Picks == PicksBest || s.Picks == PicksBestOnline || s.Picks == PicksAtZero) {
			t.Errorf("%s picks by %d and has scores: %v", s.Name, s.Picks, s.Ranks())
		}
		if !s.Ranks() {
			continue
		}
		r := rng.Stream(1, "own", s.Name)
		const k = 3
		e := some(r, s.Reads, 30, k)
		before := slices.Clone(s.Scores(e))
		other := mat.NewSymDense(k, nil)
		other.SetSym(0, 0, e.Gram.At(0, 0))
		for l := 1; l < k; l++ {
			other.SetSym(l, l, 1+r.Float64())
			e.Consensus.Weights[l]++
		}
		e.Gram = other
		for i, l := range e.Language {
			e.Gain[i]++ // of a training on all languages' held-back pairs
			if l == 0 {
				copy(e.Inner[i][1:], []float64{r.NormFloat64(), r.NormFloat64()})
				continue
			}
			e.Gap[i]++
			e.Margin[i]++
			e.Chosen[i]--
			e.Unprompted[i]--
			e.Known[i]++
		}
		changed := false
		for i, score := range s.Scores(e) {
			changed = changed || e.Language[i] == 0 && !cmp.Equal(score, before[i], cmpopts.EquateNaNs())
		}
		if changed == s.OwnLanguage() {
			t.Errorf("%s: other languages have a say: %v, by the table %v", s.Name, changed, !s.OwnLanguage())
		}
	}
}

func TestFindSelector(t *testing.T) {
	for _, s := range Selectors {
		if found, err := FindSelector(s.Name); err != nil || found.Doc != s.Doc {
			t.Errorf("%s: %+v, %v", s.Name, found, err)
		}
	}
	const want = `"own_langauge": no such selector; did you mean "own_language"? (congrad ls methods)`
	if _, err := FindSelector("own_langauge"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
