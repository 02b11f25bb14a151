// Package sketch compresses per-pair gradients and turns them into what scoring needs: language gradients, their Gram
// matrix, and every pair's inner products with them.
package sketch

import (
	"fmt"
	"math"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// Settings of the one-sided sketch (FLORA; Hao et al. 2024): every projection's gradient is compressed along its longer
// side to Rank entries by a matrix A with entries from N(0, 1/Rank).
type Settings struct {
	Rank int
}

// Projections draws the round's matrices. Each has a stream of its own, keyed by (seed, round, weight name), so that it
// is the same whatever else is sketched; all pairs and languages of one round share it, without which their inner
// products would mean nothing. Norm gains, the embedding and the head are left out.
func Projections(config model.Config, s Settings, seed uint64, round string) []nn.Projection {
	var list []nn.Projection
	for _, shape := range config.Shapes() {
		if !shape.Projects() {
			continue
		}
		p := nn.Projection{Weight: shape.Name, Side: nn.In}
		side := shape.Dims[1]
		if shape.Dims[0] > side {
			p.Side, side = nn.Out, shape.Dims[0]
		}
		p.Rank = min(s.Rank, side)
		p.A = make([]float32, p.Rank*side)
		r := rng.Stream(seed, "sketch", round, shape.Name)
		for i := range p.A {
			p.A[i] = float32(r.NormFloat64() / math.Sqrt(float64(p.Rank)))
		}
		list = append(list, p)
	}
	return list
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

// check refuses sketches of different lengths.
func check(sketches [][]float32) error {
	for i, s := range sketches {
		if len(s) != len(sketches[0]) {
			return fmt.Errorf("gathering sketches: pair %d has %d numbers, the first %d", i, len(s), len(sketches[0]))
		}
		for _, x := range s {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("gathering sketches: the gradient of pair %d is not finite", i)
			}
		}
	}
	return nil
}
