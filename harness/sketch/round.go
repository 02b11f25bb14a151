package sketch

import (
	"congrad/harness/method"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// Round is one scoring round, reduced to numbers: K language gradients and n pairs.
type Round struct {
	Pairs method.Pairs
	Gram  *mat.SymDense // [K, K] of the language gradients; a language without pairs has a zero row
	Parts []Part        // of the weights, where they are told apart: their sums are Pairs and Gram; else nil
}

// Part is a round of the numbers that belong to one part of the weights.
type Part struct {
	Inner  [][]float64   // [n, K]
	Square []float64     // [n]
	Gram   *mat.SymDense // [K, K]
}

// Gather reduces the sketches [n, numbers] of pairs, each in the language of that index into codes, to a Round. The pairs
// of a language enter its gradient in an order drawn from the seed, which matters to a moving average only.
//
// The sums run in float64 in a fixed order, so the result does not depend on the number of workers.
func Gather(sketches [][]float32, language []int, codes []string, weights Weights, seed uint64, round string) (*Round, error) {
	g := NewGatherer(language, codes, weights, seed, round)
	if err := g.Add(sketches); err != nil {
		return nil, err
	}
	return g.Round(), nil
}

// Gatherer makes a Round of sketches that come in stretches: first so many numbers of all pairs, then the next ones. The
// sums go on where they stood, so the result is the same to the last bit however the sketches are cut.
type Gatherer struct {
	gram  *GramSum
	pairs method.Pairs
}

// NewGatherer starts a round without any number.
func NewGatherer(language []int, codes []string, weights Weights, seed uint64, round string) *Gatherer {
	g := &Gatherer{NewGramSum(language, codes, weights, seed, round), method.Pairs{
		Language: language, Inner: make([][]float64, len(language)), Square: make([]float64, len(language)),
	}}
	g.pairs.Share = g.gram.share
	for i := range g.pairs.Inner {
		g.pairs.Inner[i] = make([]float64, len(codes))
	}
	return g
}

// Add takes in the next stretch of all pairs' sketches [n, stretch].
func (g *Gatherer) Add(sketches [][]float32) error {
	if err := check(sketches); err != nil {
		return err
	}
	gradients := g.gram.Add(sketches)
	squares(g.pairs.Square, sketches)
	products(g.pairs.Inner, sketches, gradients)
	return nil
}

// Round is what was gathered.
func (g *Gatherer) Round() *Round { return &Round{Pairs: g.pairs, Gram: g.gram.Gram} }

// Sums are the numbers that a Gatherer goes on from, row by row. Those of another one may be copied into them.
func (g *Gatherer) Sums() [][]float64 {
	return append(append(g.gram.Sums(), g.pairs.Square), g.pairs.Inner...)
}

// GramSum sums up the Gram matrix of language gradients, stretch by stretch of the sketches, as a Gatherer does.
type GramSum struct {
	Gram     *mat.SymDense // [K, K]
	language []int
	share    []float64
}

// NewGramSum starts with zeros. A pair of language -1 belongs to none.
func NewGramSum(language []int, codes []string, weights Weights, seed uint64, round string) *GramSum {
	return &GramSum{mat.NewSymDense(len(codes), nil), language, Shares(language, codes, weights, seed, round)}
}

// Add takes in the next stretch of all pairs' sketches [n, stretch] and returns that of the language gradients [K, stretch].
func (g *GramSum) Add(sketches [][]float32) [][]float64 {
	languages := g.Gram.SymmetricDim()
	gradients := LanguageGradients(sketches, g.language, languages, g.share)
	sums := make([][]float64, languages)
	for k := range sums {
		sums[k] = mat.Row(nil, k, g.Gram)
	}
	products(sums, gradients, gradients)
	for k := range languages {
		for l := k; l < languages; l++ {
			g.Gram.SetSym(k, l, sums[k][l])
		}
	}
	return gradients
}

// Sums are the numbers that a GramSum goes on from.
func (g *GramSum) Sums() [][]float64 { return [][]float64{g.Gram.RawSymmetric().Data} }

// LanguageGradients are m_k = Σ share_i·g_i over the pairs of each language [K, numbers].
func LanguageGradients(sketches [][]float32, language []int, languages int, share []float64) [][]float64 {
	gradients := make([][]float64, languages)
	if len(sketches) == 0 {
		return gradients
	}
	members, weights, numbers := make([][]int, languages), make([][]float64, languages), len(sketches[0])
	for i, k := range language {
		if k >= 0 {
			members[k], weights[k] = append(members[k], i), append(weights[k], share[i])
		}
	}
	for k := range gradients {
		gradients[k] = make([]float64, numbers)
	}
	parallel((numbers+stretch-1)/stretch, func(at int) {
		from, to := at*stretch, min((at+1)*stretch, numbers)
		for k, m := range members {
			rows := make([][]float32, len(m))
			for i, pair := range m {
				rows[i] = sketches[pair][from:to]
			}
			combine(gradients[k][from:to], rows, weights[k])
		}
	})
	return gradients
}

// Shares are the pairs' weights in their languages' gradients.
func Shares(language []int, codes []string, weights Weights, seed uint64, round string) []float64 {
	share := make([]float64, len(language))
	for k, code := range codes {
		var members []int
		for i, l := range language {
			if l == k {
				members = append(members, i)
			}
		}
		if len(members) == 0 {
			continue
		}
		w := weights(len(members))
		for at, m := range rng.Stream(seed, "order of pairs", round, code).Perm(len(members)) {
			share[members[m]] = w[at]
		}
	}
	return share
}
