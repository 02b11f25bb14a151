package method

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// PCGrad is gradient surgery (Yu et al. 2020, arXiv 2001.06782, algorithm 1): each gradient i meets the others in a random
// order of its own and, whenever it points against one, loses its component along it; the results are averaged.
//
// Written in coefficients c of Σ c_k g_k, meeting gradient j with p = <g_j, Σ c_k g_k> = (G c)_j < 0 subtracts p/G_jj from
// c_j. A zero gradient never conflicts, because its p is zero. The sum of the paper and the mean taken here differ by a
// factor only.
type PCGrad struct {
	Fixed  bool // all gradients meet the others from first to last; nothing is drawn
	Rounds int  // averages over this many draws of all the orders; 0 is 1
}

// Weights draws one order per gradient and round from the stream and returns them beside the weights. Of several rounds
// it returns none: they are too many for a record, and the stream gives them again.
func (p PCGrad) Weights(g *mat.SymDense, stream *rand.Rand) Weighting {
	k, rounds := g.SymmetricDim(), max(1, p.Rounds)
	w := Weighting{Weights: make([]float64, k)}
	for range rounds {
		for i := range k {
			order := p.order(i, k, stream)
			for l, c := range surgery(g, i, order) {
				w.Weights[l] += c / float64(k*rounds)
			}
			if rounds == 1 {
				w.Order = append(w.Order, order)
			}
		}
	}
	return w
}

// order is the one in which gradient i meets the others.
func (p PCGrad) order(i, k int, stream *rand.Rand) []int {
	if p.Fixed {
		return without(i, ascending(k))
	}
	return without(i, stream.Perm(k))
}

// surgery returns the coefficients [K] of gradient i when it has met the others in this order.
func surgery(g *mat.SymDense, i int, order []int) []float64 {
	c := make([]float64, g.SymmetricDim())
	c[i] = 1
	for _, j := range order {
		if p := inner(g, j, c); p < 0 && g.At(j, j) > 0 {
			c[j] -= p / g.At(j, j)
		}
	}
	return c
}

// inner is <g_j, Σ c_k g_k> = (G c)_j.
func inner(g *mat.SymDense, j int, c []float64) float64 {
	sum := 0.0
	for l, cl := range c {
		sum += g.At(j, l) * cl
	}
	return sum
}

// ascending is 0, 1, ..., k-1.
func ascending(k int) []int {
	list := make([]int, k)
	for i := range list {
		list[i] = i
	}
	return list
}

// without leaves i out of the list.
func without(i int, list []int) []int {
	return slices.DeleteFunc(list, func(j int) bool { return j == i })
}
