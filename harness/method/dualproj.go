package method

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// DualProj is the projection of the average onto the directions that oppose no gradient (Lopez-Paz & Ranzato 2017, GEM,
// equation 11, with every gradient in the place of a memory). Where nothing conflicts with the average it is the average.
type DualProj struct{}

// Weights solves one quadratic programme. As in UPGrad nothing is regularised.
func (DualProj) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	unit, lengths := Unit(g)
	w := Mean{}.Weights(g, nil)
	longest := slices.Max(lengths)
	if longest == 0 {
		return w
	}
	average := make([]float64, len(lengths)) // its coefficients on the directions, of order 1
	for i, length := range lengths {
		average[i] = w.Weights[i] * length / longest
	}
	for j, x := range lift(unit, average) {
		if x > 0 {
			w.Weights[j] += x * longest / lengths[j]
		}
	}
	return w
}
