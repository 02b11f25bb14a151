package method

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Pairs is what scoring knows of the pairs' gradients g_i: their inner products with the language gradients
// m_l = Σ ω_i g_i (the sum over the pairs of language l) and their lengths. No gradient is needed any more.
type Pairs struct {
	Language []int       // [n] of each pair
	Inner    [][]float64 // [n, K] <g_i, m_l>
	Square   []float64   // [n] |g_i|²
	Share    []float64   // [n] ω_i, the pair's weight in its own language's gradient
}

// Scoring says how a pair is compared with the consensus.
type Scoring struct {
	Dot bool // the inner product in place of the cosine
	// LeaveOneOut takes the pair's own share out of its language's gradient first: m_l becomes
	// (m_l - ω_i g_i) / (1 - ω_i). A pair that is its language's only one then meets a consensus without that language.
	LeaveOneOut bool
}

// Alignment scores every pair against the consensus V = Σ w_l m_l, given the Gram matrix of the m_l.
func (s Scoring) Alignment(p Pairs, weights []float64, gram *mat.SymDense) []float64 {
	scores := make([]float64, len(p.Language))
	for i := range scores {
		scores[i] = s.score(p, i, weights, gram)
	}
	return scores
}

// score compares pair i with V = Σ w_l m_l.
//
// <g_i, V> is linear in the m_l, and so is V without the pair's share: with a = w_l ω/(1-ω) (l the pair's language), the
// language's weight grows to w_l/(1-ω) and V loses a·g_i.
func (s Scoring) score(p Pairs, i int, weights []float64, gram *mat.SymDense) float64 {
	w, own := weights, 0.0
	if l, share := p.Language[i], p.Share[i]; s.LeaveOneOut {
		w = append([]float64(nil), weights...)
		if share < 1 {
			own = w[l] * share / (1 - share)
			w[l] /= 1 - share
		} else {
			w[l] = 0
		}
	}
	dot, square := 0.0, 0.0 // <g_i, Σ w m> and |Σ w m|²
	for k, wk := range w {
		dot += wk * p.Inner[i][k]
		for j, wj := range w {
			square += wk * wj * gram.At(k, j)
		}
	}
	// |Σ w m - own·g|² = |Σ w m|² - 2 own <g, Σ w m> + own² |g|²
	square += own*own*p.Square[i] - 2*own*dot
	dot -= own * p.Square[i]
	if s.Dot {
		return dot
	}
	return Cosine(dot, square, p.Square[i])
}

// Cosine is dot/(|a||b|) from squared lengths; zero where one of them has none.
func Cosine(dot, aa, bb float64) float64 {
	if aa <= 0 || bb <= 0 {
		return 0
	}
	return min(1, max(-1, dot/(sqrt(aa)*sqrt(bb))))
}

// sqrt is the root of a square that rounding may have left below zero.
func sqrt(x float64) float64 { return math.Sqrt(max(0, x)) }
