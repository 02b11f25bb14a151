package method

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// AlignedMTL is independent component alignment (Senushkin et al., CVPR 2023, algorithm 1): the average of the gradients after
// the smallest change that makes them orthogonal and equally long, as long as the shortest principal component. With
// G = V Λ Vᵀ the aligned gradients are B J, B = √λ_min V Λ^(-1/2) Vᵀ, so w = B 1/K; λ_min is the smallest eigenvalue
// that is not zero.
//
// λ_min is the paper's scale and TorchJD's default; the mean and the median eigenvalue differ by a factor.
type AlignedMTL struct{}

// Weights is the mean where there is nothing to align.
func (AlignedMTL) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	w := Mean{}.Weights(g, nil)
	return Weighting{Weights: balance(g, w.Weights)}
}

// balance is B x [K].
func balance(g *mat.SymDense, x []float64) []float64 {
	s := spectrumOf(g)
	if s == nil {
		return x
	}
	return s.apply(func(value float64) float64 { return math.Sqrt(s.values[0] / value) }, x)
}
