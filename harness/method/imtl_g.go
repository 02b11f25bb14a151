package method

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// IMTLG is impartial multi-task learning, its gradient part (Liu et al., ICLR 2021): the direction with the same
// projection on every gradient, <g_k, V>/|g_k| equal for all k. On directions, U y = 1, and w_k = y_k/|g_k|. For gradients
// that depend on each other y = U⁺ 1, the nearest to equal that there is (Quinton & Rey 2024 have G⁺ √diag(G), which weighs
// by the lengths what is left over).
//
// The paper divides by Σ w_k, which turns V round where the sum is negative and has a pole where it is zero. V's length
// means nothing here, so that Σ |w_k| = 1 keeps the projections positive; the two agree where no weight is negative.
type IMTLG struct{}

// Weights is zero where no direction has equal projections, not even nearly: two opposite gradients.
func (IMTLG) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	present, index := nonZero(g)
	if len(index) == 0 {
		return Mean{}.Weights(g, nil)
	}
	unit, lengths := Unit(present)
	ones := make([]float64, len(index))
	for i := range ones {
		ones[i] = 1
	}
	w := make([]float64, g.SymmetricDim())
	s := spectrumOf(unit)
	projections := s.apply(func(float64) float64 { return 1 }, ones) // U U⁺ 1
	if floats.Norm(projections, 2) < 1e-6 {
		return Weighting{Weights: w}
	}
	least := slices.Min(lengths)
	for a, y := range s.apply(func(value float64) float64 { return 1 / value }, ones) {
		w[index[a]] = y * least / lengths[a]
	}
	return Weighting{Weights: normalised(w)}
}
