package method

import (
	"math"
	"slices"
	"testing"

	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var nearly = cmpopts.EquateApprox(0, 1e-9)

// Of the languages' first four pairs that the reference orders 4, 3, 2 and none are right: 1, 1/2 and 0 above chance.
func TestCheckedPairs(t *testing.T) {
	var language []int
	var known []float64
	for l, gaps := range [][]float64{{1, 0, 1, 1, 1, -1}, {1, -1, 1, 0, 1, -1, -1}, {-1, 1, -1, 1, 1, 1}, {0, 0}} {
		for _, gap := range gaps {
			language, known = append(language, l), append(known, gap)
		}
	}
	if d := cmp.Diff([]float64{1, 0.5, 0, 0}, Checked(language, known, 4, 4)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]float64{1, 0, 0.5, 0}, Checked(language, known, 4, 100)[:4]); d == "" { // of all pairs, 4 of 5, 3 of 6 and 4 of 6 are right
		t.Error("all pairs are checked, and nothing changes")
	}
	if d := cmp.Diff([]float64{0, 1, 0}, Told([]string{"de"}, []string{"en", "de", "sw"})); d != "" {
		t.Error(d)
	}
}

// coherenceOf is the median cosine of a language's pairs with the gradient of its others, from the gradients themselves.
func (x *known) coherenceOf(l int) float64 {
	var cosines []float64
	for i, of := range x.Language {
		if of == l {
			cosines = append(cosines, x.similarity(i, x.means(i).RawRowView(l), false))
		}
	}
	if cosines == nil {
		return 0
	}
	slices.Sort(cosines)
	n := len(cosines)
	return (cosines[(n-1)/2] + cosines[n/2]) / 2
}

// pulled adds a direction to the gradients of pairs, some length to each, and works the rest out again.
func pulled(x *known, direction []float64, length func(i int) float64) *known {
	y := &known{grads: mat.DenseCopyOf(x.grads), k: x.k, Pairs: Pairs{Language: x.Language, Share: x.Share}}
	for i := range x.Language {
		floats.AddScaled(y.grads.RawRowView(i), length(i), direction)
	}
	whole := y.means(-1)
	for i := range x.Language {
		g := y.grads.RowView(i)
		y.Square = append(y.Square, mat.Dot(g, g))
		inner := make([]float64, x.k)
		for l := range inner {
			inner[l] = mat.Dot(g, whole.RowView(l))
		}
		y.Inner = append(y.Inner, inner)
	}
	return y
}

// Gradients are noise around a common direction, and half of the pairs of language 1 are on the wrong side; language 2 has no pair and
// language 3 a single one. Coherence is that of the gradients and trusts language 0 alone; then all of its pairs are kept, and in the others
// those on the right side.
func TestTrustByCoherence(t *testing.T) {
	r := rng.Stream(1, "coherence")
	noise := newKnown(r, 61, 4, func() float64 { return 0.5 + r.Float64() })
	sign := func(i int) float64 {
		if noise.Language[i] == 1 && i%2 == 0 {
			return -1
		}
		return 1
	}
	x := pulled(noise, []float64{9, 0, 0, 0, 0, 0, 0, 0, 0}, sign)
	e := x.evidence(Scoring{LeaveOneOut: true}, nil)
	most, coherence := 0.0, make([]float64, x.k)
	for l := range coherence {
		coherence[l] = x.coherenceOf(l)
		most = max(most, coherence[l])
	}
	e.Trust = Coherence(e.Pairs, e.Gram)
	for l, c := range coherence {
		want := c
		if c < most/2 || c <= 0 {
			want = 0
		}
		if math.Abs(e.Trust[l]-want) > 1e-9 {
			t.Errorf("language %d is trusted by %g, want %g", l, e.Trust[l], want)
		}
	}
	if e.Trust[0] == 0 || e.Trust[1]+e.Trust[2]+e.Trust[3] != 0 {
		t.Errorf("languages are trusted by %v", e.Trust)
	}
	for i, score := range Trusted(e) {
		if want := e.Trust[e.Language[i]] > 0 || sign(i) > 0; (score >= 0) != want {
			t.Errorf("pair %d of language %d on the side %g scores %g", i, e.Language[i], sign(i), score)
		}
	}
}

// Scores from inner products against the definition on the gradients themselves.
func TestTrustedIsThatOfTheGradients(t *testing.T) {
	r := rng.Stream(1, "trusted")
	x := newKnown(r, 13, 4, func() float64 { return 0.5 + r.Float64() })
	trust := []float64{0.8, 0, 0, 0.3} // language 2 has no pair, and language 3 a single one
	lengths := make([]float64, x.k)
	for l := range lengths {
		lengths[l] = floats.Norm(x.means(-1).RawRowView(l), 2)
	}
	eachScoring(func(s Scoring) {
		e := x.evidence(s, nil)
		e.Trust = trust
		var trusted, either []float64
		for i, l := range x.Language {
			without := -1
			if s.LeaveOneOut {
				without = i
			}
			means, v := x.means(without), make([]float64, 9)
			for k, c := range trust {
				if c == 0 {
					continue
				}
				floats.AddScaled(v, c/lengths[k], means.RawRowView(k))
			}
			cosine, bonus := x.similarity(i, v, false), 0.0
			either = append(either, cosine)
			if trust[l] > 0 {
				bonus = 1
				either[i] = max(cosine, x.similarity(i, means.RawRowView(l), false))
			}
			trusted = append(trusted, cosine+bonus)
		}
		if d := cmp.Diff(trusted, Trusted(e), nearly); d != "" {
			t.Errorf("%+v: trusted: %s", s, d)
		}
		if d := cmp.Diff(either, ConsensusOrOwn(e), nearly); d != "" {
			t.Errorf("%+v: consensus or own: %s", s, d)
		}
	})
}

// Where the judge is trusted nowhere, nothing is filtered.
func TestNoTrust(t *testing.T) {
	r := rng.Stream(1, "no trust")
	x := newKnown(r, 13, 4, func() float64 { return 1 })
	e := x.evidence(Scoring{LeaveOneOut: true}, nil)
	e.Trust = make([]float64, 4)
	for _, scores := range [][]float64{Trusted(e), ConsensusOrOwn(e)} {
		if slices.Min(scores) != 0 || slices.Max(scores) != 0 {
			t.Errorf("scores are %v", scores)
		}
	}
}
