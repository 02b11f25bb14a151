package method

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// MGDA is the multiple-gradient descent algorithm (Désidéri 2012; Sener & Koltun 2018, algorithm 2): the shortest convex
// combination of the gradients. The shortest gradient rules it. Its square is every gradient's least inner product with
// it, so it opposes none; it is zero where the gradients hold each other in balance.
//
// Public code iterates towards it by Frank-Wolfe (TorchJD: at most 100 steps, until one is below 1e-3); here it is exact.
type MGDA struct{}

// Weights is a point of the simplex. A zero gradient, a language without pairs, would be the shortest: it is left out.
func (MGDA) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	present, index := nonZero(g)
	if len(index) == 0 {
		return Mean{}.Weights(g, nil)
	}
	w := make([]float64, g.SymmetricDim())
	for a, x := range shortest(present) {
		w[index[a]] = x
	}
	return Weighting{Weights: w}
}

// shortest returns the w ≥ 0, Σ w_k = 1 [K] that minimises wᵀGw.
//
// Without the sum it is min |Σ x_k g_k|² + (Σ x_k - 1)² over x ≥ 0: whatever the sum of x, the first term is smallest
// where x is in proportion to w. In coefficients of directions, y_k = x_k |g_k|, and with the shortest gradient as the unit
// of length, all numbers are of order 1 however much the lengths differ.
func shortest(g *mat.SymDense) []float64 {
	quad, lengths := Unit(g)
	k := len(lengths)
	w, unit := make([]float64, k), slices.Min(lengths)
	if unit == 0 {
		for i, length := range lengths {
			if length == 0 {
				w[i] = 1
			}
		}
		return normalised(w)
	}
	linear := make([]float64, k)
	for i := range k {
		linear[i] = -unit / lengths[i]
	}
	for i := range k {
		for j := i; j < k; j++ {
			quad.SetSym(i, j, quad.At(i, j)+linear[i]*linear[j])
		}
	}
	for i, y := range nonNegative(quad, linear) {
		w[i] = y * unit / lengths[i]
	}
	return normalised(w)
}

// normalised divides w by the sum of its absolute values.
func normalised(w []float64) []float64 {
	sum := floats.Norm(w, 1)
	for i := range w {
		w[i] /= sum
	}
	return w
}

// nonZero is the Gram matrix of the gradients that have a length, and which they are.
func nonZero(g *mat.SymDense) (present *mat.SymDense, index []int) {
	for i := range g.SymmetricDim() {
		if g.At(i, i) > 0 {
			index = append(index, i)
		}
	}
	if len(index) == 0 {
		return nil, nil
	}
	present = mat.NewSymDense(len(index), nil)
	present.SubsetSym(g, index)
	return present, index
}
