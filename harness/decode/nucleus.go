package decode

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// taker draws tokens; it keeps its buffers between draws.
type taker struct {
	weight  []float64
	nucleus []int
}

// take draws one token from the nucleus of softmax(logits / temperature), or the likeliest one (the lowest id among
// equals) at temperature zero. Logits are finite.
func (t *taker) take(logits []float32, s Settings, stream *rand.Rand) int {
	peak := 0
	for id, x := range logits {
		if x > logits[peak] {
			peak = id
		}
	}
	if s.Temperature == 0 {
		return peak
	}
	t.weight = slices.Grow(t.weight[:0], len(logits))[:len(logits)]
	total := 0.0
	for id, x := range logits {
		t.weight[id] = math.Exp(float64(x-logits[peak]) / s.Temperature)
		total += t.weight[id]
	}
	// Tokens below (1-p)/vocab together hold less than 1-p: the nucleus lies above, and only that much needs sorting.
	floor := total * (1 - s.TopP) / float64(len(logits))
	t.nucleus = t.nucleus[:0]
	for id, w := range t.weight {
		if w >= floor {
			t.nucleus = append(t.nucleus, id)
		}
	}
	slices.SortStableFunc(t.nucleus, func(a, b int) int { return cmp.Compare(t.weight[b], t.weight[a]) })
	mass, size := 0.0, 0
	for size < len(t.nucleus) && mass < s.TopP*total {
		mass += t.weight[t.nucleus[size]]
		size++
	}
	draw := stream.Float64() * mass
	for _, id := range t.nucleus[:size] {
		if draw -= t.weight[id]; draw < 0 {
			return id
		}
	}
	return t.nucleus[size-1] // rounding left a sliver behind the last one
}
