// Package sketch compresses per-pair gradients and turns them into what scoring needs: language gradients, their Gram
// matrix, and every pair's inner products with them.
package sketch

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
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

// The kinds of matrices that compress. All have E[AᵀA] = I, so that inner products of sketches are unbiased.
const (
	// Gaussian matrices have entries from N(0, 1/rank), as FLORA's.
	Gaussian = "gaussian"
	// Orthonormal matrices have rows that are orthonormal, in uniform directions, times sqrt(side/rank). They add no error
	// in lengths to that of leaving directions out, and none at all from rank = side on, where they are rotations.
	Orthonormal = "orthonormal"
	// Mask matrices pick rank different entries of a side and multiply them with sqrt(side/rank). With both sides masked and the numbers of
	// all weights summed to fewer by a hash they are FactGraSS (Hu et al. 2025), for which a pair's gradient needs no dense product.
	Mask = "mask"
)

// Settings of a sketch. What is empty leaves no trace in keys.
type Settings struct {
	Kind       string
	Rank       int    // entries that a compressed side is brought to
	Projection string `json:",omitempty"` // the matrices; empty: Gaussian
	Layers     string `json:",omitempty"` // the weights (see model.Config.Projections); empty: all
	Numbers    int    `json:",omitempty"` // what all weights' sketches together are hashed to; 0 leaves them
}

// String is the sketch in a few words: "flora, rank 16".
func (s Settings) String() string {
	words := s.Family()
	if s.Rank > 0 {
		words += fmt.Sprintf(", rank %d", s.Rank)
	}
	if s.Numbers > 0 {
		words += fmt.Sprintf(" to %d", s.Numbers)
	}
	return words
}

// Family is the sketch but for its size: "logra, orthonormal, hashed, mlp".
func (s Settings) Family() string {
	words := s.Kind
	hashed := ""
	if s.Numbers > 0 {
		hashed = "hashed"
	}
	for _, w := range []string{s.Projection, hashed, s.Layers} {
		if w != "" {
			words += ", " + w
		}
	}
	return words
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
// were drawn again.
//
// That stream is ChaCha8, a counter-based generator, under a 256-bit hash of the key. Within a weight it is read in order,
// since a normal number takes a varying number of words; an addressable entry would gain nothing, as a weight's matrices
// are always made whole. So they are the same on every machine, need not be stored and do not depend on what was drawn
// before.
func Projections(config model.Config, s Settings, seed uint64, round ...string) []nn.Projection {
	var list []nn.Projection
	draw := map[string]func(r *rand.Rand, rank, side int) []float32{"": gaussian, Gaussian: gaussian, Orthonormal: orthonormal, Mask: mask}[s.Projection]
	for _, shape := range config.Projections(s.Layers) {
		r := rng.Stream(seed, "sketch", append(slices.Clip(round), shape.Name)...)
		p := nn.Projection{Weight: shape.Name}
		out, in := shape.Dims[0], shape.Dims[1]
		a, c := s.sides(out, in)
		if a {
			p.A = draw(r, min(s.Rank, in), in)
		}
		if c {
			p.C = draw(r, min(s.Rank, out), out)
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

// orthonormal draws a matrix [rank, side], rank at most side, with orthonormal rows times sqrt(side/rank): Gaussian rows,
// each freed of its parts along those before it, span a uniformly distributed subspace.
func orthonormal(r *rand.Rand, rank, side int) []float32 {
	rows := make([][]float64, rank)
	m := make([]float32, 0, rank*side)
	for k := range rows {
		rows[k] = make([]float64, side)
		for i := range rows[k] {
			rows[k][i] = r.NormFloat64()
		}
		for range 2 { // once leaves what rounding brought in
			for _, before := range rows[:k] {
				floats.AddScaled(rows[k], -floats.Dot(rows[k], before), before)
			}
		}
		floats.Scale(1/floats.Norm(rows[k], 2), rows[k])
		for _, x := range rows[k] {
			m = append(m, float32(x*math.Sqrt(float64(side)/float64(rank))))
		}
	}
	return m
}

// mask draws a matrix [rank, side], rank at most side: each row has one entry, sqrt(side/rank), all in different columns.
func mask(r *rand.Rand, rank, side int) []float32 {
	m := make([]float32, rank*side)
	for k, column := range r.Perm(side)[:rank] {
		m[k*side+column] = float32(math.Sqrt(float64(side) / float64(rank)))
	}
	return m
}

// Numbers is the length of one pair's sketch.
func Numbers(config model.Config, s Settings) int {
	if n := unhashed(config, s); s.Numbers == 0 || n < s.Numbers {
		return n
	}
	return s.Numbers
}

// Hash returns what brings sketches of one round to their length: nothing to do without a hash.
func Hash(config model.Config, s Settings, seed uint64, round string) func(sketch []float32) []float32 {
	from, to := unhashed(config, s), Numbers(config, s)
	if from == to {
		return func(sketch []float32) []float32 { return sketch }
	}
	h := newHash(from, to, seed, round)
	return func(sketch []float32) []float32 { return h.sum(sketch, to) }
}

// unhashed is the length of the sketches of all weights together.
func unhashed(config model.Config, s Settings) int {
	n := 0
	for _, shape := range config.Projections(s.Layers) {
		n += s.length(shape)
	}
	return n
}

// length is that of the sketch of one weight.
func (s Settings) length(shape model.Shape) int {
	out, in := shape.Dims[0], shape.Dims[1]
	a, c := s.sides(out, in)
	if a {
		in = min(s.Rank, in)
	}
	if c {
		out = min(s.Rank, out)
	}
	return out * in
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

// HeldBack gives equal shares to the first pairs met, method.Count of the share but at least one and not all, and none to the
// others. Pairs are met in a drawn order, so the first ones are a sample. One pair alone is not held back.
func HeldBack(share float64) Weights {
	return func(n int) []float64 {
		w := make([]float64, n)
		held := min(n-1, max(1, method.Count(share, n)))
		for i := range held {
			w[i] = 1 / float64(held)
		}
		return w
	}
}

// Bytes is the memory that the method adds to training: one sketch for each language and one for the consensus, in
// float32.
func Bytes(numbers, languages int) int { return 4 * numbers * (languages + 1) }

// ErrNotFinite reports a gradient with NaN or Inf entries.
var ErrNotFinite = errors.New("the gradient has NaN or Inf entries")

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
