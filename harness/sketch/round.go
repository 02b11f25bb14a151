package sketch

import (
	"runtime"
	"sync"

	"congrad/harness/method"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// Round is one scoring round, reduced to numbers: K language gradients and n pairs.
type Round struct {
	Pairs method.Pairs
	Gram  *mat.SymDense // [K, K] of the language gradients; a language without pairs has a zero row
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
	parallel(len(sketches), func(i int) {
		for _, x := range sketches[i] {
			g.pairs.Square[i] += float64(x) * float64(x)
		}
		for k, m := range gradients {
			g.pairs.Inner[i][k] = dot(g.pairs.Inner[i][k], m, sketches[i])
		}
	})
	return nil
}

// Round is what was gathered.
func (g *Gatherer) Round() *Round { return &Round{Pairs: g.pairs, Gram: g.gram.Gram} }

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
	for k := range languages {
		for l := k; l < languages; l++ {
			g.Gram.SetSym(k, l, dot64(g.Gram.At(k, l), gradients[k], gradients[l]))
		}
	}
	return gradients
}

// LanguageGradients are m_k = Σ share_i·g_i over the pairs of each language [K, numbers].
func LanguageGradients(sketches [][]float32, language []int, languages int, share []float64) [][]float64 {
	gradients := make([][]float64, languages)
	parallel(languages, func(k int) {
		if len(sketches) == 0 {
			return
		}
		gradients[k] = make([]float64, len(sketches[0]))
		for i, s := range sketches {
			if language[i] != k {
				continue
			}
			for j, x := range s {
				gradients[k][j] += share[i] * float64(x)
			}
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

// dot adds the inner product of a and b to sum, number by number.
func dot(sum float64, a []float64, b []float32) float64 {
	for i, x := range b {
		sum += a[i] * float64(x)
	}
	return sum
}

// dot64 is dot with both sides in float64.
func dot64(sum float64, a, b []float64) float64 {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// parallel runs f(0), ..., f(n-1) on all cores; each call writes to places of its own.
func parallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < n; i += workers {
				f(i)
			}
		})
	}
	wait.Wait()
}
