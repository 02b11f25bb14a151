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

// Part is what scoring knows of the numbers that gradients have in one part of the weights, and the consensus there.
type Part struct {
	Inner   [][]float64   // [n, K] <g_i, m_l>
	Square  []float64     // [n] |g_i|²
	Gram    *mat.SymDense // [K, K] of the m_l
	Weights []float64     // [K] of the consensus V = Σ w_l m_l
}

// Alignment scores every pair against the consensus V = Σ w_l m_l, given the Gram matrix of the m_l.
func (s Scoring) Alignment(p Pairs, weights []float64, gram *mat.SymDense) []float64 {
	return s.AlignmentOf(p, []Part{{p.Inner, p.Square, gram, weights}})
}

// AlignmentOf scores every pair against a consensus that was found part by part: V is the concatenation of the parts' own.
func (s Scoring) AlignmentOf(p Pairs, parts []Part) []float64 {
	scores := make([]float64, len(p.Language))
	for i := range scores {
		scores[i] = s.score(p, i, parts)
	}
	return scores
}

// score compares pair i with V.
func (s Scoring) score(p Pairs, i int, parts []Part) float64 {
	dot, square, own := 0.0, 0.0, 0.0 // <g_i, V>, |V|² and |g_i|²
	for _, part := range parts {
		d, v := s.products(part, i, p.Language[i], p.Share[i])
		dot, square, own = dot+d, square+v, own+part.Square[i]
	}
	if s.Dot {
		return dot
	}
	return Cosine(dot, square, own)
}

// products are <g_i, V> and |V|² in a part; pair i has this language, l, and this share in its gradient, ω.
//
// <g_i, V> is linear in the m_l, and so is V without the pair's share: with a = w_l ω/(1-ω), the language's weight grows to w_l/(1-ω) and
// V loses a·g_i.
func (s Scoring) products(p Part, i, language int, share float64) (dot, square float64) {
	w, own := p.Weights, 0.0
	if s.LeaveOneOut {
		w = append([]float64(nil), p.Weights...)
		if share < 1 {
			own = w[language] * share / (1 - share)
			w[language] /= 1 - share
		} else {
			w[language] = 0
		}
	}
	for k, wk := range w {
		dot += wk * p.Inner[i][k]
		for j, wj := range w {
			square += wk * wj * p.Gram.At(k, j)
		}
	}
	// |Σ w m - own·g|² = |Σ w m|² - 2 own <g, Σ w m> + own² |g|²
	square += own*own*p.Square[i] - 2*own*dot
	return dot - own*p.Square[i], square
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
