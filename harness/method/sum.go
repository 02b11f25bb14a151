package method

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Sum adds the gradients up: the mean's direction at K times its length, for what depends on the length.
type Sum struct{}

// Weights is 1 for each.
func (Sum) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	w := make([]float64, g.SymmetricDim())
	for i := range w {
		w[i] = 1
	}
	return Weighting{Weights: w}
}
