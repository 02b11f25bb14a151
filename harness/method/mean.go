package method

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Mean weights all gradients alike.
type Mean struct{}

// Weights is 1/K for each.
func (Mean) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	w := make([]float64, g.SymmetricDim())
	for i := range w {
		w[i] = 1 / float64(len(w))
	}
	return Weighting{Weights: w}
}
