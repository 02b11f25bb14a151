package method

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GradVac is gradient vaccine (Wang et al. 2021, arXiv 2010.05874): as in PCGrad each gradient i meets the others in a
// random order of its own, but in place of "no conflict" it aims at the cosine φ̂_ij that the two used to have. Where
// φ = cos(g_i, g_j) < φ̂_ij,
//
//	g_i += g_j · |g_i| (φ̂ √(1-φ²) - φ √(1-φ̂²)) / (|g_j| √(1-φ̂²)),
//
// which makes their cosine φ̂; then φ̂ ← (1-β) φ̂ + β φ. The results are averaged.
//
// The targets φ̂ are the method: they start at zero, and with zero targets a round is PCGrad. So they go from round to
// round (Weighting.State). The paper keeps them for groups of layers, over the steps of the optimiser; here there is one
// gradient per language, and a round is an iteration's scoring (the filter) or a step (training).
type GradVac struct {
	Decay   float64   // β, the share of the newest cosine; 0.5 is public code's (LibMTL, TorchJD)
	targets []float64 // [K, K] φ̂, row i for gradient i; nil is all zero
}

// largest bounds the targets: at 1 only gradients along g_j itself would reach it, at any length.
const largest = 1 - 1e-8

// From continues with the targets that an earlier round left.
func (v GradVac) From(state []float64, k int) (Aggregator, error) {
	if len(state) != k*k {
		return nil, fmt.Errorf("gradvac: the state has %d targets, but %d gradients need %d", len(state), k, k*k)
	}
	v.targets = state
	return v, nil
}

// Weights draws one order per gradient from the stream and returns the orders and the new targets beside the weights.
func (v GradVac) Weights(g *mat.SymDense, stream *rand.Rand) Weighting {
	k := g.SymmetricDim()
	w := Weighting{Weights: make([]float64, k), State: make([]float64, k*k)}
	copy(w.State, v.targets)
	for i := range k {
		order := without(i, stream.Perm(k))
		for l, c := range v.vaccinate(g, i, order, w.State[i*k:(i+1)*k]) {
			w.Weights[l] += c / float64(k)
		}
		w.Order = append(w.Order, order)
	}
	return w
}

// vaccinate returns the coefficients [K] of gradient i when it has met the others in this order, and renews its targets.
func (v GradVac) vaccinate(g *mat.SymDense, i int, order []int, targets []float64) []float64 {
	c := make([]float64, len(targets))
	c[i] = 1
	for _, j := range order {
		length, other := norm(g, c), sqrt(g.At(j, j))
		if length == 0 || other == 0 {
			continue // no direction, no cosine
		}
		phi, target := min(1, max(-1, inner(g, j, c)/length/other)), targets[j]
		if phi < target {
			c[j] += length / other * (target*math.Sqrt(1-phi*phi) - phi*math.Sqrt(1-target*target)) / math.Sqrt(1-target*target)
		}
		targets[j] = min(largest, (1-v.Decay)*target+v.Decay*phi)
	}
	return c
}

// norm is |Σ c_k g_k|, or zero where the terms cancel as far as their inner products tell.
func norm(g *mat.SymDense, c []float64) float64 {
	square, terms := 0.0, 0.0
	for i, ci := range c {
		for j, cj := range c {
			square += ci * cj * g.At(i, j)
			terms += math.Abs(ci * cj * g.At(i, j))
		}
	}
	if square <= rounding*terms {
		return 0
	}
	return math.Sqrt(square)
}
