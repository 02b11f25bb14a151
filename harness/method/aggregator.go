// Package method holds what the arms of an experiment differ in: aggregators, which turn the Gram matrix of the language
// gradients into one direction, and selectors, which turn a score per pair into the pairs to train on. One method is one
// file; the tables below list them in display order.
//
// Everything here is float64 on the host and needs no model.
package method

import (
	"fmt"
	"math/rand/v2"

	"congrad/harness/suggest"

	"gonum.org/v1/gonum/mat"
)

// Aggregator finds the consensus of K gradients from their Gram matrix G [K, K] alone.
type Aggregator interface {
	// Weights returns w such that the consensus is Σ w_k g_k. G is symmetric, positive semi-definite up to rounding, and
	// finite. A method that draws draws from the stream; what it drew stands in the Weighting.
	Weights(g *mat.SymDense, stream *rand.Rand) Weighting
}

// Weighting is an aggregator's result.
type Weighting struct {
	Weights []float64
	Order   [][]int // PCGrad: the order in which each gradient met the others
}

// NamedAggregator is a row of the table of aggregators.
type NamedAggregator struct {
	Name string
	Doc  string
	Aggregator
}

// Aggregators is the table, in display order.
var Aggregators = []NamedAggregator{
	{"pcgrad", "projects each gradient off the conflicting part of the others, then averages (Yu et al. 2020)", PCGrad{}},
	{"mean", "the plain average: no gradient is protected from another", Mean{}},
}

// FindAggregator looks an aggregator up by name.
func FindAggregator(name string) (Aggregator, error) {
	var names []string
	for _, a := range Aggregators {
		if a.Name == name {
			return a.Aggregator, nil
		}
		names = append(names, a.Name)
	}
	return nil, fmt.Errorf("%q: no such aggregator%s (congrad ls methods)", name, suggest.DidYouMean(name, names))
}

// Unit rescales the Gram matrix to that of the gradients' directions and returns the lengths: G = D·U·D. A zero gradient
// has no direction and stays zero.
func Unit(g *mat.SymDense) (unit *mat.SymDense, lengths []float64) {
	k := g.SymmetricDim()
	lengths = make([]float64, k)
	for i := range lengths {
		lengths[i] = sqrt(g.At(i, i))
	}
	unit = mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			if lengths[i] > 0 && lengths[j] > 0 {
				unit.SetSym(i, j, g.At(i, j)/lengths[i]/lengths[j])
			}
		}
	}
	return unit, lengths
}

// Consensus weights the gradients with Gram matrix g by the aggregator, entering them by their length or, where unit is
// set, by their direction alone. The weights always apply to the gradients as they are.
func Consensus(a Aggregator, g *mat.SymDense, unit bool, stream *rand.Rand) (Weighting, error) {
	if k := g.SymmetricDim(); k == 0 {
		return Weighting{}, fmt.Errorf("finding a consensus: there is no language gradient")
	}
	if !unit {
		return a.Weights(g, stream), nil
	}
	u, lengths := Unit(g)
	w := a.Weights(u, stream)
	for i, length := range lengths {
		if length > 0 {
			w.Weights[i] /= length
		} else {
			w.Weights[i] = 0
		}
	}
	return w, nil
}
