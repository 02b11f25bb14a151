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
	if err := check(sketches); err != nil {
		return nil, err
	}
	languages := len(codes)
	r := &Round{Pairs: method.Pairs{
		Language: language,
		Inner:    make([][]float64, len(sketches)),
		Square:   make([]float64, len(sketches)),
		Share:    Shares(language, codes, weights, seed, round),
	}}
	gradients := LanguageGradients(sketches, language, languages, r.Pairs.Share)
	r.Gram = mat.NewSymDense(languages, nil)
	for k := range languages {
		for l := k; l < languages; l++ {
			r.Gram.SetSym(k, l, dot64(gradients[k], gradients[l]))
		}
	}
	parallel(len(sketches), func(i int) {
		for _, x := range sketches[i] {
			r.Pairs.Square[i] += float64(x) * float64(x)
		}
		r.Pairs.Inner[i] = make([]float64, languages)
		for k := range languages {
			r.Pairs.Inner[i][k] = dot(gradients[k], sketches[i])
		}
	})
	return r, nil
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

func dot(a []float64, b []float32) float64 {
	sum := 0.0
	for i, x := range b {
		sum += a[i] * float64(x)
	}
	return sum
}

func dot64(a, b []float64) float64 {
	sum := 0.0
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
