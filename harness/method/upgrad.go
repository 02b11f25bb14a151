package method

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// UPGrad is unconflicting projection of gradients (Quinton & Rey 2024, arXiv 2406.16232): the average of the
// projections of each gradient onto the dual cone, the set of directions that oppose no gradient.
//
// No norm_eps and reg_eps as in TorchJD (1e-4 each): the first turns small gradients into the mean, the second leaves a
// conflict of that size.
type UPGrad struct{}

// Weights solves one quadratic programme per gradient, on directions: the cone has no use for lengths, and a projection
// grows with what is projected.
func (UPGrad) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	unit, lengths := Unit(g)
	w := Mean{}.Weights(g, nil)
	mean := w.Weights[0]
	for i := range lengths {
		one := make([]float64, len(lengths))
		one[i] = 1
		for j, x := range lift(unit, one) {
			if x > 0 {
				w.Weights[j] += mean * x * lengths[i] / lengths[j]
			}
		}
	}
	return w
}

// lift returns the x ≥ 0 [K] that projects Σ u_k d_k onto the dual cone of the directions d_k: the projection is
// Σ (u_k + x_k) d_k, the shortest vector with coefficients of at least u (equation 3 and proposition 1 of the paper).
// A zero gradient gets nothing.
func lift(unit *mat.SymDense, u []float64) []float64 {
	linear := make([]float64, len(u))
	for j := range linear {
		linear[j] = inner(unit, j, u)
	}
	return nonNegative(unit, linear)
}
