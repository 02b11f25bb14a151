// Package sketch compresses per-pair gradients and turns them into what scoring needs: language gradients, their Gram
// matrix, and every pair's inner products with them.
package sketch

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// The kinds of sketches.
const (
	// Flora compresses the longer side of each weight's gradient (Hao et al. 2024).
	Flora = "flora"
	// Logra compresses both sides (Choe et al. 2024).
	Logra = "logra"
	// Exact compresses nothing.
	Exact = "exact"
)

// Settings of a sketch: its kind, and to how many entries a side is compressed, by a matrix with entries from N(0, 1/Rank).
type Settings struct {
	Kind string
	Rank int
}

// sides says which sides of a weight [out, in] the sketch compresses.
func (s Settings) sides(out, in int) (a, c bool) {
	switch s.Kind {
	case Flora:
		return out <= in, out > in
	case Logra:
		return true, true
	}
	return false, false
}

// Projections draws the round's matrices. Each weight has a stream of its own, keyed by (seed, round, weight name), so that
// its matrices are the same whatever else is sketched; all pairs and languages of one round share them, without which
// their inner products would mean nothing. A round may have several names, such as an iteration and how often its matrices
// were drawn anew. Norm gains, the embedding and the head are left out.
func Projections(config model.Config, s Settings, seed uint64, round ...string) []nn.Projection {
	var list []nn.Projection
	for _, shape := range config.Shapes() {
		if !shape.Projects() {
			continue
		}
		r := rng.Stream(seed, "sketch", append(slices.Clip(round), shape.Name)...)
		p := nn.Projection{Weight: shape.Name}
		out, in := shape.Dims[0], shape.Dims[1]
		a, c := s.sides(out, in)
		if a {
			p.A = gaussian(r, min(s.Rank, in), in)
		}
		if c {
			p.C = gaussian(r, min(s.Rank, out), out)
		}
		list = append(list, p)
	}
	return list
}

// gaussian draws a matrix [rank, side] with entries from N(0, 1/rank).
func gaussian(r *rand.Rand, rank, side int) []float32 {
	m := make([]float32, rank*side)
	for i := range m {
		m[i] = float32(r.NormFloat64() / math.Sqrt(float64(rank)))
	}
	return m
}

// Numbers is the length of one pair's sketch.
func Numbers(config model.Config, s Settings) int {
	n := 0
	for _, shape := range config.Shapes() {
		if !shape.Projects() {
			continue
		}
		out, in := shape.Dims[0], shape.Dims[1]
		a, c := s.sides(out, in)
		if a {
			in = min(s.Rank, in)
		}
		if c {
			out = min(s.Rank, out)
		}
		n += out * in
	}
	return n
}

// Weights are the shares ω_i of a language's pairs in its gradient m = Σ ω_i g_i, in the order in which the pairs were
// met. They sum to one, or are all zero.
type Weights func(n int) []float64

// Mean gives every pair the same share.
func Mean(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	return w
}

// EMA gives the shares of an exponential moving average m <- decay·m + (1-decay)·g from zero, corrected for its start
// (divided by 1-decay^n; Kingma & Ba 2015, section 3): ω_i = (1-decay)·decay^(n-1-i) / (1-decay^n).
func EMA(decay float64) Weights {
	return func(n int) []float64 {
		w := make([]float64, n)
		for i := range w {
			w[i] = (1 - decay) * math.Pow(decay, float64(n-1-i)) / (1 - math.Pow(decay, float64(n)))
		}
		return w
	}
}

// HeldBack gives equal shares to the first pairs met, as many as the share says, rounded down but at least one, and none
// to the others. Pairs are met in a drawn order, so the first ones are a sample. One pair alone is not held back.
func HeldBack(share float64) Weights {
	return func(n int) []float64 {
		w := make([]float64, n)
		held := min(n-1, max(1, int(share*float64(n))))
		for i := range held {
			w[i] = 1 / float64(held)
		}
		return w
	}
}

// Bytes is the memory that the method adds to training: one sketch for each language and one for the consensus, in
// float32.
func Bytes(numbers, languages int) int { return 4 * numbers * (languages + 1) }

// ErrNotFinite says that a gradient is none.
var ErrNotFinite = errors.New("the gradient is not finite")

// check refuses sketches of different lengths.
func check(sketches [][]float32) error {
	for i, s := range sketches {
		if len(s) != len(sketches[0]) {
			return fmt.Errorf("gathering sketches: pair %d has %d numbers, the first %d", i, len(s), len(sketches[0]))
		}
		for _, x := range s {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("gathering sketches: pair %d: %w", i, ErrNotFinite)
			}
		}
	}
	return nil
}
