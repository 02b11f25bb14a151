package method

import (
	"math"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// Scores from inner products against scores from the gradients themselves, with and without leaving the pair out.
func TestAlignmentIsThatOfTheGradients(t *testing.T) {
	r := rng.Stream(1, "alignment")
	const n, k, d = 13, 4, 9
	grads := mat.NewDense(n, d, nil)
	for i := range n {
		for l := range d {
			grads.Set(i, l, r.NormFloat64())
		}
	}
	p := Pairs{Language: make([]int, n), Share: make([]float64, n), Square: make([]float64, n), Inner: make([][]float64, n)}
	total := make([]float64, k)
	for i := range n {
		p.Language[i] = (i * i) % k
		if i == n-1 {
			p.Language[i] = 3 // its only pair
		}
		p.Share[i] = 0.5 + r.Float64()
		total[p.Language[i]] += p.Share[i]
	}
	means := func(without int) *mat.Dense {
		m, sum := mat.NewDense(k, d, nil), make([]float64, k)
		for i := range n {
			if i != without {
				sum[p.Language[i]] += p.Share[i]
			}
		}
		for i := range n {
			if l := p.Language[i]; i != without {
				for c := range d {
					m.Set(l, c, m.At(l, c)+p.Share[i]/sum[l]*grads.At(i, c))
				}
			}
		}
		return m
	}
	for i := range p.Share {
		p.Share[i] /= total[p.Language[i]]
	}
	whole := means(-1)
	for i := range n {
		p.Square[i] = mat.Dot(grads.RowView(i), grads.RowView(i))
		for l := range k {
			p.Inner[i] = append(p.Inner[i], mat.Dot(grads.RowView(i), whole.RowView(l)))
		}
	}
	w := []float64{0.4, -0.1, 0.3, 0.7}
	for _, s := range []Scoring{{}, {Dot: true}, {LeaveOneOut: true}, {Dot: true, LeaveOneOut: true}} {
		for i, got := range s.Alignment(p, w, gramOf(whole)) {
			m := whole
			if s.LeaveOneOut {
				m = means(i)
			}
			v := mat.NewVecDense(d, direction(m, w))
			want := mat.Dot(grads.RowView(i), v)
			if !s.Dot {
				want /= mat.Norm(grads.RowView(i), 2) * mat.Norm(v, 2)
			}
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%+v: pair %d scores %g, by its gradient %g", s, i, got, want)
			}
		}
	}
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
