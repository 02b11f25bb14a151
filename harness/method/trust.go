package method

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// How far the judge is trusted in each of the K languages is a list [K]: 0 where it is not. It is told, checked or read off the gradients.

// Told trusts the judge in the languages of a list, alike.
func Told(trusted []string, languages []string) []float64 {
	trust := make([]float64, len(languages))
	for l, code := range languages {
		if slices.Contains(trusted, code) {
			trust[l] = 1
		}
	}
	return trust
}

// Checked trusts the judge by how it did in a few pairs: the first n of each language that the reference answers order, of which the share
// p is right. It is as good as 2p - 1 above chance.
func Checked(language []int, known []float64, languages, n int) []float64 {
	right, checked := make([]float64, languages), make([]float64, languages)
	for i, l := range language {
		if known[i] == 0 || checked[l] >= float64(n) {
			continue
		}
		checked[l]++
		if known[i] > 0 {
			right[l]++
		}
	}
	trust := make([]float64, languages)
	for l, n := range checked {
		if n > 0 {
			trust[l] = 2*right[l]/n - 1
		}
	}
	return atLeastHalf(trust)
}

// Coherence trusts the judge in languages whose pairs agree with each other: by the median cosine of a language's pairs with its gradient,
// each pair's own share left out. Labels that are wrong at random pull the gradients of a language apart. It fails where the judge makes
// the same error every time: that is coherent, too.
func Coherence(p Pairs, gram *mat.SymDense) []float64 {
	cosines := make([][]float64, gram.SymmetricDim())
	for i, cosine := range OwnLanguage(Evidence{Pairs: p, Gram: gram, Scoring: Scoring{LeaveOneOut: true}}) {
		cosines[p.Language[i]] = append(cosines[p.Language[i]], cosine)
	}
	trust := make([]float64, len(cosines))
	for l, list := range cosines {
		trust[l] = median(list)
	}
	return atLeastHalf(trust)
}

// atLeastHalf keeps what is at least half of the largest, and positive.
func atLeastHalf(trust []float64) []float64 {
	most := slices.Max(trust)
	for l, x := range trust {
		if x <= 0 || x < most/2 {
			trust[l] = 0
		}
	}
	return trust
}

// median is the middle of the list, or the mean of the two that are there; 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}

// trustedConsensus are the weights of the consensus of the trusted languages: the mean of their gradients' directions, by how far the
// judge is trusted.
func trustedConsensus(trust []float64, gram *mat.SymDense) []float64 {
	weights := make([]float64, len(trust))
	for l, x := range trust {
		if length := sqrt(gram.At(l, l)); length > 0 {
			weights[l] = x / length
		}
	}
	return weights
}
