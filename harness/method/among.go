package method

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ConsensusAmong is the consensus of those of a study's gradients that are present in a round: g is their Gram matrix, and
// present their places among all of the study's, `of` in number. The weights are for the present ones.
//
// The absent ones take no part. A zero gradient in their place would be another thing: the shortest convex combination of
// gradients with a zero among them is zero.
//
// state [of, of] is what the rounds before left to a Stateful method, nil in the first. What the present gradients know of
// each other is renewed in the result's State [of, of], the rest stays.
func ConsensusAmong(a Aggregator, g *mat.SymDense, present []int, of int, state []float64, stream *rand.Rand) (Weighting, error) {
	k := len(present)
	if k != g.SymmetricDim() || k > 0 && slices.Max(present) >= of {
		return Weighting{}, fmt.Errorf("finding a consensus: the Gram matrix has %d gradients for %v of %d", g.SymmetricDim(), present, of)
	}
	if state != nil && len(state) != of*of {
		return Weighting{}, fmt.Errorf("finding a consensus: the state has %d entries, but %d gradients need %d", len(state), of, of*of)
	}
	var own []float64 // of the state, what the present ones know of each other
	if state != nil {
		for _, i := range present {
			for _, j := range present {
				own = append(own, state[i*of+j])
			}
		}
	}
	a, err := GoOn(a, own, k)
	if err != nil {
		return Weighting{}, err
	}
	w, err := Consensus(a, g, false, stream)
	if err != nil || w.State == nil {
		return w, err
	}
	all := make([]float64, of*of)
	copy(all, state)
	for i, to := range present {
		for j, about := range present {
			all[to*of+about] = w.State[i*k+j]
		}
	}
	w.State = all
	return w, nil
}
