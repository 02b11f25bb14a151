// Package method holds what the arms of an experiment differ in: aggregators, which turn the Gram matrix of the language
// gradients into one direction, and selectors, which turn a score per pair into the pairs to train on. One method is one
// file; the tables below list them in display order.
//
// Everything here is float64 on the host and needs no model.
package method

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"congrad/harness/suggest"

	"gonum.org/v1/gonum/mat"
)

// Aggregator finds the consensus of K gradients from their Gram matrix G [K, K] alone.
type Aggregator interface {
	// Weights returns w such that the consensus is Σ w_k g_k. G is symmetric, positive semi-definite up to rounding, and
	// finite. A method that draws draws from the stream; what it drew stands in the Weighting.
	Weights(g *mat.SymDense, stream *rand.Rand) Weighting
}

// Stateful is an aggregator that remembers earlier rounds. Its state goes through Weighting.State and From, as a value: a
// round stays a pure function of what it is given, and whoever runs several rounds saves the state like any other result.
// Without From it starts afresh.
//
// A state is a matrix [K, K], row by row: entry i, j is what gradient i knows of gradient j, zero before they have met. So
// what belongs to some of the gradients can be taken out and put back (ConsensusAmong).
type Stateful interface {
	Aggregator
	// From returns the method as it goes on from the state that a round of k gradients left.
	From(state []float64, k int) (Aggregator, error)
}

// GoOn is the aggregator as it goes on from the state that a round of k gradients left: itself where there was none, or where
// it remembers nothing.
func GoOn(a Aggregator, state []float64, k int) (Aggregator, error) {
	if stateful, ok := a.(Stateful); ok && state != nil {
		return stateful.From(state, k)
	}
	return a, nil
}

// Weighting is an aggregator's result.
type Weighting struct {
	Weights []float64
	Order   [][]int   // the order in which each gradient met the others, where the method has one per gradient
	State   []float64 // what a Stateful method hands to its next round
}

// Properties is what to expect of a method. The suite holds the table to it in both directions: what a row promises holds in
// every case, and what it does not promise has a case against it.
type Properties struct {
	NonConflicting bool    // the consensus opposes no gradient: <g_k, V> ≥ 0
	Contrary       bool    // it may oppose one even where no two of them conflict
	Scaling        Scaling // what the length of one gradient does to V; that of all of them together scales V
	Ordered        bool    // it matters which gradient comes first
	Stochastic     bool    // draws from the stream (and with other draws it may matter which comes first)
	Stateful       bool    // remembers earlier rounds
}

// Scaling is what the length of one gradient does to the consensus.
type Scaling string

const (
	Linear Scaling = "linear"      // its share of V grows in proportion, the other shares stay
	Free   Scaling = "length-free" // the direction of V stays
	Mixed  Scaling = ""            // neither
)

// String lists what holds, for people.
func (p Properties) String() string {
	var list []string
	for _, c := range []struct {
		holds bool
		name  string
	}{
		{p.NonConflicting, "non-conflicting"},
		{p.Contrary, "contrary"},
		{p.Scaling != Mixed, string(p.Scaling)},
		{p.Ordered, "ordered"},
		{p.Stochastic, "stochastic"},
		{p.Stateful, "stateful"},
	} {
		if c.holds {
			list = append(list, c.name)
		}
	}
	return strings.Join(list, ", ")
}

// NamedAggregator is a row of the table of aggregators.
type NamedAggregator struct {
	Name string
	Doc  string
	Properties
	Aggregator
}

// Aggregators is the table, in display order.
var Aggregators = []NamedAggregator{
	{
		"pcgrad", "removes from each gradient the part that conflicts with another, in random order, then averages (Yu et al. 2020)",
		Properties{Scaling: Linear, Stochastic: true},
		PCGrad{},
	},
	{
		"pcgrad_fixed", "pcgrad in the order of the languages, as in its authors' code",
		Properties{Scaling: Linear, Ordered: true},
		PCGrad{Fixed: true},
	},
	{
		"pcgrad_average", "pcgrad averaged over 100 random orders",
		Properties{Scaling: Linear, Stochastic: true},
		PCGrad{Rounds: 100},
	},
	{
		"gradvac", "moves each gradient to its usual similarity with the others; starts as pcgrad (Wang et al. 2021)",
		Properties{Scaling: Linear, Stochastic: true, Stateful: true},
		GradVac{Decay: 0.5},
	},
	{
		"mean", "the plain average, which ignores conflicts",
		Properties{Scaling: Linear},
		Mean{},
	},
	{
		"sum", "the plain sum",
		Properties{Scaling: Linear},
		Sum{},
	},
	{
		"upgrad", "projects each gradient onto the directions that conflict with no gradient, then averages (Quinton & Rey 2024)",
		Properties{NonConflicting: true, Scaling: Linear},
		UPGrad{},
	},
	{
		"dualproj", "projects the average onto the directions that conflict with no gradient (Lopez-Paz & Ranzato 2017)",
		Properties{NonConflicting: true},
		DualProj{},
	},
	{
		"mgda", "the shortest convex combination (Désidéri 2012)",
		Properties{NonConflicting: true},
		MGDA{},
	},
	{
		"cagrad", "maximises the smallest gain, within half the average's length of the average (Liu et al. 2021)",
		Properties{},
		CAGrad{C: 0.5},
	},
	{
		"imtl_g", "equal projections on all gradients, where they exist (Liu et al. 2021)",
		Properties{Scaling: Free},
		IMTLG{},
	},
	{
		"aligned_mtl", "the average after making the gradients orthogonal and equally long (Senushkin et al. 2023)",
		Properties{Contrary: true},
		AlignedMTL{},
	},
	{
		"nash_mtl", "the direction with the largest product of gains: the Nash bargaining solution (Navon et al. 2022)",
		Properties{NonConflicting: true, Scaling: Free},
		NashMTL{},
	},
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
		return Weighting{}, fmt.Errorf("finding a consensus: there are no language gradients")
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
