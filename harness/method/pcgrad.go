package method

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// PCGrad is gradient surgery (Yu et al. 2020, algorithm 1): each gradient i meets the others in a random order of its own
// and, whenever it points against one, loses its component along it; the results are averaged.
//
// Written in coefficients c of Σ c_k g_k, meeting gradient j with p = <g_j, Σ c_k g_k> = (G c)_j < 0 subtracts p/G_jj from
// c_j. A zero gradient never conflicts, because its p is zero. The sum of the paper and the mean taken here differ by a
// factor only.
type PCGrad struct{}

// Weights draws one order per gradient from the stream and returns them beside the weights.
func (PCGrad) Weights(g *mat.SymDense, stream *rand.Rand) Weighting {
	k := g.SymmetricDim()
	w := Weighting{Weights: make([]float64, k), Order: make([][]int, k)}
	for i := range k {
		c := make([]float64, k)
		c[i] = 1
		for _, j := range stream.Perm(k) {
			if j == i {
				continue
			}
			w.Order[i] = append(w.Order[i], j)
			p := 0.0
			for l, cl := range c {
				p += g.At(j, l) * cl
			}
			if p < 0 && g.At(j, j) > 0 {
				c[j] -= p / g.At(j, j)
			}
		}
		for l, cl := range c {
			w.Weights[l] += cl / float64(k)
		}
	}
	return w
}
