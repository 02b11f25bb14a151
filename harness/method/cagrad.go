package method

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// CAGrad is conflict-averse gradient descent (Liu et al. 2021, arXiv 2110.14048, algorithm 1): of the directions within
// c|g_0| of the average g_0 the one that serves the worst-off gradient best,
//
//	max min_k <g_k, d>  over |d - g_0| ≤ c|g_0|.
//
// It is d = g_0 + c|g_0| g_w/|g_w|, g_w the convex combination of the gradients that minimises <g_w, g_0> + c|g_0||g_w|.
// The consensus is d/(1+c), the gradient itself where there is but one (the authors' code offers this and 1/(1+c²)).
// C = 0 is the mean; from C = 1 on no gradient is opposed.
type CAGrad struct {
	C float64 // 0.5 is the default of the authors' code
}

// Weights is positive throughout.
//
// The objective is the least over t of <g_w, g_0> + c|g_0| (|g_w|²/t + t)/2, jointly convex in w and t. For a given t that
// makes g_w + t/(c|g_0|) g_0 the shortest point of the gradients, all moved by the same vector; and t is right where
// |g_w| = t, which one bisection finds.
func (a CAGrad) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	w := Mean{}.Weights(g, nil)
	present, index := nonZero(g) // a zero gradient would be the worst-off
	if len(index) == 0 {
		return w
	}
	present = divided(present, mat.Max(present)) // the longest gradient is the unit of length
	mean := w.Weights[:len(index)]
	average := make([]float64, len(index)) // <g_k, g_0>
	for i := range average {
		average[i] = inner(present, i, mean)
	}
	square := floats.Dot(mean, average) // |g_0|²
	radius := a.C * math.Sqrt(square)
	if square <= rounding || radius == 0 {
		return w // there is no room around the average
	}
	t, v := meet(func(t float64) ([]float64, float64) {
		v := shortest(moved(present, average, square, t/radius))
		return v, norm(present, v)
	})
	for i, x := range v {
		w.Weights[index[i]] += radius * x / t
	}
	floats.Scale(1/(1+a.C), w.Weights)
	return w
}

// meet finds the t at which a combination, a function of t, is as long as t, and that combination. Combinations are no
// longer than 1, and relative to t they shrink as t grows.
func meet(combine func(t float64) (v []float64, length float64)) (t float64, v []float64) {
	const least = 1e-5 // below it g_w/t would be rounding; only gradients that hold each other in balance come near it
	v, length := combine(least)
	if length <= least {
		return least, v
	}
	low, high := least, 1.0
	for high > low*(1+1e-12) {
		t = math.Sqrt(low * high)
		if v, length = combine(t); length > t {
			low = t
		} else {
			high = t
		}
	}
	return t, v
}

// moved is the Gram matrix of g_k + s·g_0. A point that this brings to zero, as far as rounding tells, is zero.
func moved(g *mat.SymDense, average []float64, square, s float64) *mat.SymDense {
	k := len(average)
	m := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			m.SetSym(i, j, g.At(i, j)+s*average[i]+s*average[j]+s*s*square)
		}
	}
	for i := range k {
		if m.At(i, i) <= rounding*(g.At(i, i)+s*s*square) {
			m.SetSym(i, i, 0)
		}
	}
	return m
}
