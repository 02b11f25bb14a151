package method

import (
	"math"
	"math/rand/v2"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// known are pairs whose gradients are at hand, to compare what is computed from inner products with.
type known struct {
	Pairs
	grads *mat.Dense // [n, numbers]
	k     int
}

// newKnown makes n pairs in k languages, the last one the only one of its language. shares gives the weights of a
// language's pairs in its gradient, up to a factor.
func newKnown(r *rand.Rand, n, k int, shares func() float64) *known {
	x := &known{grads: mat.NewDense(n, 9, nil), k: k}
	total := make([]float64, k)
	for i := range n {
		for j := range 9 {
			x.grads.Set(i, j, r.NormFloat64())
		}
		l := (i * i) % (k - 1)
		if i == n-1 {
			l = k - 1
		}
		x.Language = append(x.Language, l)
		x.Share = append(x.Share, shares())
		total[l] += x.Share[i]
	}
	for i, l := range x.Language {
		if total[l] > 0 {
			x.Share[i] /= total[l]
		}
	}
	whole := x.means(-1)
	for i := range n {
		g := x.grads.RowView(i)
		x.Square = append(x.Square, mat.Dot(g, g))
		var inner []float64
		for l := range k {
			inner = append(inner, mat.Dot(g, whole.RowView(l)))
		}
		x.Inner = append(x.Inner, inner)
	}
	return x
}

// means are the language gradients, without one of the pairs where it is not -1.
func (x *known) means(without int) *mat.Dense {
	_, d := x.grads.Dims()
	m, sum := mat.NewDense(x.k, d, nil), make([]float64, x.k)
	for i, l := range x.Language {
		if i != without {
			sum[l] += x.Share[i]
		}
	}
	for i, l := range x.Language {
		for c := range d {
			if i != without && sum[l] > 0 {
				m.Set(l, c, m.At(l, c)+x.Share[i]/sum[l]*x.grads.At(i, c))
			}
		}
	}
	return m
}

// similarity of pair i to a direction, by its gradient; zero where one of them is zero.
func (x *known) similarity(i int, v []float64, dot bool) float64 {
	g := x.grads.RowView(i)
	s := mat.Dot(g, mat.NewVecDense(len(v), v))
	if dot || s == 0 {
		return s
	}
	return s / (mat.Norm(g, 2) * mat.Norm(mat.NewVecDense(len(v), v), 2))
}

// evidence with what a selector can read of the pairs.
func (x *known) evidence(s Scoring, weights []float64) Evidence {
	return Evidence{Pairs: x.Pairs, Gram: gramOf(x.means(-1)), Scoring: s, Consensus: Weighting{Weights: weights}}
}

// eachScoring calls f with the four ways to compare.
func eachScoring(f func(s Scoring)) {
	for _, s := range []Scoring{{}, {Dot: true}, {LeaveOneOut: true}, {Dot: true, LeaveOneOut: true}} {
		f(s)
	}
}

// Scores from inner products against scores from the gradients themselves, with and without leaving the pair out.
func TestAlignmentIsThatOfTheGradients(t *testing.T) {
	r := rng.Stream(1, "alignment")
	x := newKnown(r, 13, 4, func() float64 { return 0.5 + r.Float64() })
	w := []float64{0.4, -0.1, 0.3, 0.7}
	eachScoring(func(s Scoring) {
		e := x.evidence(s, w)
		anti := Anti(e)
		for i, got := range ConGrad(e) {
			without := -1
			if s.LeaveOneOut {
				without = i
			}
			if want := x.similarity(i, direction(x.means(without), w), s.Dot); math.Abs(got-want) > 1e-9 {
				t.Errorf("%+v: pair %d scores %g, by its gradient %g", s, i, got, want)
			}
			if anti[i] != -got {
				t.Errorf("%+v: pair %d scores %g, upside down %g", s, i, got, anti[i])
			}
		}
	})
}

// A consensus that is found part by part is the concatenation of the parts' own, so scores are those of the gradients again.
func TestAlignmentOfParts(t *testing.T) {
	r := rng.Stream(2, "alignment")
	x := newKnown(r, 13, 4, func() float64 { return 0.5 + r.Float64() })
	weights := [][]float64{{0.4, -0.1, 0.3, 0.7}, {1, 0.2, -0.5, 0.1}}
	cut := 4 // numbers of the first part
	var parts []Part
	for k, w := range weights {
		y := &known{Pairs: Pairs{Language: x.Language, Share: x.Share}, grads: mat.DenseCopyOf(x.grads.Slice(0, 13, k*cut, cut+k*5)), k: x.k}
		means, part := y.means(-1), Part{Weights: w}
		part.Gram = gramOf(means)
		for i := range 13 {
			g, inner := y.grads.RowView(i), []float64{}
			part.Square = append(part.Square, mat.Dot(g, g))
			for l := range y.k {
				inner = append(inner, mat.Dot(g, means.RowView(l)))
			}
			part.Inner = append(part.Inner, inner)
		}
		parts = append(parts, part)
	}
	eachScoring(func(s Scoring) {
		e := Evidence{Pairs: x.Pairs, Scoring: s, Parts: parts}
		for i, got := range ConGrad(e) {
			without := -1
			if s.LeaveOneOut {
				without = i
			}
			means := x.means(without)
			v := append(direction(means, weights[0])[:cut:cut], direction(means, weights[1])[cut:]...)
			if want := x.similarity(i, v, s.Dot); math.Abs(got-want) > 1e-9 {
				t.Errorf("%+v: pair %d scores %g, by its gradient %g", s, i, got, want)
			}
		}
	})
}

func TestNoDirectionScoresZero(t *testing.T) {
	p := Pairs{Language: []int{0}, Inner: [][]float64{{0}}, Square: []float64{0}, Share: []float64{1}}
	for _, s := range []Scoring{{}, {LeaveOneOut: true}} {
		if got := s.Alignment(p, []float64{1}, mat.NewSymDense(1, nil)); got[0] != 0 {
			t.Errorf("a zero gradient scores %g", got[0])
		}
	}
}

func TestUnitConsensusIgnoresLengths(t *testing.T) {
	j := mat.NewDense(3, 2, []float64{3, 0, 0, 0.1, 0, 0})
	w, err := Consensus(Mean{}, gramOf(j), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := direction(j, w.Weights)
	if math.Abs(v[0]-1.0/3) > 1e-12 || math.Abs(v[1]-1.0/3) > 1e-12 || w.Weights[2] != 0 {
		t.Errorf("directions weigh %v, their mean is %v", w.Weights, v)
	}
}
