package sketch

import "congrad/harness/rng"

// hash adds up the numbers of a sketch, each with a random sign, into fewer: CountSketch (Charikar et al. 2002), the
// cheapest matrix S with E[SᵀS] = I. Every sum takes equally many numbers, or one more, so that S has orthogonal rows of
// one length. Applied to the sketches of all weights together it gives each weight as much room as its gradients are long,
// which no choice of ranks knows beforehand: the error of an inner product has variance about |g|²|m|²/numbers.
type hash struct {
	into []int32
	sign []float32
}

// newHash draws the hash of one round.
func newHash(from, to int, seed uint64, round string) *hash {
	r := rng.Stream(seed, "sketch", round, "hash")
	h := &hash{into: make([]int32, from), sign: make([]float32, from)}
	for at, i := range r.Perm(from) {
		h.into[i] = int32(at % to)
		h.sign[i] = float32(1 - 2*int(r.Uint64()&1))
	}
	return h
}

// sum brings a sketch to the given length.
func (h *hash) sum(sketch []float32, to int) []float32 {
	out := make([]float32, to)
	for i, x := range sketch {
		out[h.into[i]] += h.sign[i] * x
	}
	return out
}
