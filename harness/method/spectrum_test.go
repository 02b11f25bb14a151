package method

import (
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// V Λ Vᵀ is the matrix, as many eigenvalues are kept as there are independent gradients, and V Λ⁻¹ Vᵀ undoes it.
func TestSpectrum(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		s := spectrumOf(g)
		if s == nil {
			if mat.Norm(g, 2) != 0 {
				t.Error("none")
			}
			return
		}
		k, r := s.vectors.Dims()
		if r != len(s.values) || r > min(j.Dims()) {
			t.Errorf("%d eigenvalues of %dx%d gradients", r, k, j.RawMatrix().Cols)
		}
		for i := range k {
			x, row := make([]float64, k), make([]float64, k)
			x[i] = 1
			mat.Row(row, i, g)
			back := s.apply(func(value float64) float64 { return value }, x)
			if floats.Distance(back, row, 2) > 1e-9*mat.Norm(g, 2) {
				t.Errorf("row %d is %v, of its spectrum %v", i, row, back)
			}
			inverse := s.apply(func(value float64) float64 { return 1 / value }, back)
			onto := s.apply(func(float64) float64 { return 1 }, x)
			if floats.Distance(inverse, onto, 2) > 1e-3 { // rounding over the least eigenvalue that counts
				t.Errorf("the inverse brings row %d to %v, not %v", i, inverse, onto)
			}
		}
	})
}
