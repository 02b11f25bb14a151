package decode

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// taker draws tokens. It keeps its buffers between draws.
//
// A token is drawn as if the whole vocabulary were sorted by falling probability, equal ones by id: the nucleus is the shortest
// beginning of that order that holds the probability top_p, and a uniform number picks a place in it. Neither all exponentials
// nor the whole order are needed for that.
type taker struct {
	weight []float64   // of every token, where they are needed
	some   []candidate // that are sorted
	mass   [1 << bucketBits]float64
}

// candidate is a token with exp((logit - largest) / temperature).
type candidate struct {
	id     int
	weight float64
}

// few is how many candidates of n tokens are sorted without further ado: sorting them takes less time than the weights of all
// tokens.
func few(n int) int { return max(256, n/64) }

// take draws one token from the nucleus of softmax(logits / temperature). Logits are finite, and largest is the largest of them.
func (t *taker) take(logits []float32, largest float32, s Settings, stream *rand.Rand) int {
	u := stream.Float64()
	least, most := bounds(logits, largest, s.Temperature)
	// Tokens below (1-p)/vocab together hold less than 1-p: the nucleus lies above. The slack is for rounding.
	lowest := float64(largest) + s.Temperature*math.Log(least*(1-s.TopP)/float64(len(logits)))
	lowest -= 1e-6 * (s.Temperature + math.Abs(float64(largest)) + math.Abs(lowest))
	t.some = t.some[:0]
	enough := few(len(logits))
	for id, x := range logits {
		if float64(x) >= lowest {
			if len(t.some) == enough {
				return t.fromMany(logits, largest, s, u)
			}
			t.some = append(t.some, candidate{id, weight(x, largest, s.Temperature)})
		}
	}
	slices.SortFunc(t.some, likelierFirst)
	mass, size := 0.0, 0
	for size < len(t.some) && mass < s.TopP*most {
		if mass >= s.TopP*least { // the bounds do not say whether this is the whole nucleus
			least = t.weigh(logits, largest, s.Temperature)
			most = least
			continue
		}
		mass += t.some[size].weight
		size++
	}
	return at(t.some[:size], u*mass)
}

// weight is exp((x - largest) / temperature).
func weight(x, largest float32, temperature float64) float64 {
	return math.Exp(float64(x-largest) / temperature)
}

// weigh computes the weights of all tokens and returns their sum.
func (t *taker) weigh(logits []float32, largest float32, temperature float64) (total float64) {
	t.weight = slices.Grow(t.weight[:0], len(logits))[:len(logits)]
	for id, x := range logits {
		t.weight[id] = weight(x, largest, temperature)
		total += t.weight[id]
	}
	return total
}

func likelierFirst(a, b candidate) int {
	if c := cmp.Compare(b.weight, a.weight); c != 0 {
		return c
	}
	return cmp.Compare(a.id, b.id)
}

// at is the token at a place between 0 and the sum of the weights.
func at(list []candidate, place float64) int {
	for _, c := range list {
		if place -= c.weight; place < 0 {
			return c.id
		}
	}
	return list[len(list)-1].id // rounding left a sliver behind the last one
}

// bucketBits make so many buckets that one holds few candidates, even where most of the vocabulary is about equally likely.
const bucketBits = 12

// fromMany draws where much of the vocabulary may be in the nucleus. Candidates are put into buckets by their weights. Sums of
// buckets say where the nucleus ends and which bucket the token is in, and only these two are sorted. Trap: sums of the same
// weights in another order differ by rounding. Where that could decide, everything is sorted.
func (t *taker) fromMany(logits []float32, largest float32, s Settings, u float64) int {
	total := t.weigh(logits, largest, s.Temperature)
	floor := max(total*(1-s.TopP)/float64(len(logits)), math.SmallestNonzeroFloat64)
	least := 1.0
	for _, w := range t.weight {
		if w >= floor && w < least {
			least = w
		}
	}
	// Bit patterns of positive numbers are in the order of the numbers.
	shift := max(0, bits.Len64(math.Float64bits(1)-math.Float64bits(least))-bucketBits)
	bucket := func(w float64) int { return int((math.Float64bits(1) - math.Float64bits(w)) >> shift) }
	clear(t.mass[:])
	for _, w := range t.weight {
		if w >= floor {
			t.mass[bucket(w)] += w
		}
	}
	slack := total * float64(len(logits)) * 0x1p-50
	mass, sure := total, true
	if s.TopP*total < total-slack { // else all of them are the nucleus
		mass, _, sure = t.find(s.TopP*total, slack, floor, bucket)
	}
	if sure {
		if _, id, sure := t.find(u*mass, slack, floor, bucket); sure {
			return id
		}
	}
	t.some = t.some[:0]
	for id, w := range t.weight {
		if w >= floor {
			t.some = append(t.some, candidate{id, w})
		}
	}
	slices.SortFunc(t.some, likelierFirst)
	mass, size := 0.0, 0
	for size < len(t.some) && mass < s.TopP*total {
		mass += t.some[size].weight
		size++
	}
	return at(t.some[:size], u*mass)
}

// find returns the token at a place in the order of the candidates, and the sum of the weights up to its end. It is not sure of
// them where the place is within the slack of a border between two tokens.
func (t *taker) find(place, slack, floor float64, bucket func(float64) int) (end float64, id int, sure bool) {
	b := 0
	for ; b < len(t.mass) && end+t.mass[b] < place; b++ {
		end += t.mass[b]
	}
	t.some = t.some[:0]
	for id, w := range t.weight {
		if w >= floor && bucket(w) == b {
			t.some = append(t.some, candidate{id, w})
		}
	}
	slices.SortFunc(t.some, likelierFirst)
	for _, c := range t.some {
		begin := end
		if end += c.weight; end > place {
			return end, c.id, place < end-slack && (place > begin+slack || begin == 0)
		}
	}
	return end, 0, false
}

// roughBits make steps of 2^-11 of an octave in the table of bounds.
const roughBits = 11

// powers are 2^(i/2^roughBits) for i in [0, 2^roughBits).
var powers = func() (table [1 << roughBits]float32) {
	for i := range table {
		table[i] = float32(math.Exp2(float64(i) / (1 << roughBits)))
	}
	return table
}()

// bounds are a lower and an upper bound on the sum of all weights, from exponentials out of a table: a quarter of the time of
// exact ones. An exponent is rounded up by one step at most, which is 3.4e-4 of the weight; the rest is for rounding.
func bounds(logits []float32, largest float32, temperature float64) (least, most float64) {
	const lowest = -126 << roughBits // what is smaller is counted as 2^-126
	scale, sum := float32((1<<roughBits)*math.Log2E/temperature), 0.0
	for _, x := range logits {
		step := int32(max((x-largest)*scale, lowest))
		sum += float64(powers[step&(1<<roughBits-1)] * math.Float32frombits(uint32(step>>roughBits+127)<<23))
	}
	return sum * (1 - 5e-4), sum * (1 + 1e-4)
}
