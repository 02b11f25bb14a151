package method

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The aligned gradients B J have one singular value: B G B is λ_min times a projection, the identity where the gradients
// are independent.
func TestAlignedMTLHasConditionNumberOne(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		s := spectrumOf(g)
		if s == nil {
			return
		}
		k, d := j.Dims()
		aligned := mat.NewDense(k, d, nil)
		for i := range k {
			one := make([]float64, k)
			one[i] = 1
			aligned.SetRow(i, direction(j, balance(g, one)))
		}
		var svd mat.SVD
		if !svd.Factorize(aligned, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		least := math.Sqrt(s.values[0])
		for n, value := range svd.Values(nil) {
			want := least
			if n >= len(s.values) {
				want = 0
			}
			if math.Abs(value-want) > 1e-4*least {
				t.Errorf("singular value %d is %g, want %g", n, value, want)
			}
		}
	})
}

// Orthogonal gradients only lose the length that the shortest does not have.
func TestAlignedMTLOfOrthogonal(t *testing.T) {
	g := mat.NewSymDense(2, []float64{1, 0, 0, 16})
	if w := (AlignedMTL{}).Weights(g, nil).Weights; math.Abs(w[0]-0.5) > 1e-12 || math.Abs(w[1]-0.125) > 1e-12 {
		t.Errorf("weights %v, want 0.5 and 0.125", w)
	}
}
