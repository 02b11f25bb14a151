package method

import (
	"cmp"
	"slices"
)

// Consistent scores a pair by how far two views of it agree: the judge's, that its chosen answer is better by so much, and the policy's own,
// that it is more likely by so much per token. A pair's score is the lower of its two standings among its language's pairs, so a pair that
// either view doubts ranks low.
//
// CREAM (Wang et al. 2024) compares the rewards of a policy with those of the one before it, and softens the labels where they disagree; SCIR
// (arXiv 2502.08922) compares a policy's judgement with its implicit reward and drops what they order otherwise. When pairs are picked here
// the policy is its own reference, whose implicit rewards are all zero (ImplicitMarginHigh), so the likelihood stands in for it.
//
// Standings are within the language whatever the quota: neither scores nor likelihoods of two languages compare.
func Consistent(e Evidence) []float64 {
	judged, likely := standings(e.Language, e.Gap), standings(e.Language, e.Margin)
	scores := make([]float64, len(judged))
	for i := range scores {
		scores[i] = min(judged[i], likely[i])
	}
	return scores
}

// standings are the shares of each language's values that are below a value, equal ones counting half: towards 1 for the highest.
func standings(language []int, values []float64) []float64 {
	list := make([]float64, len(values))
	for _, group := range groups(language, false) {
		slices.SortFunc(group, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
		for start, end := 0, 0; start < len(group); start = end {
			for end = start; end < len(group) && values[group[end]] == values[group[start]]; end++ {
			}
			for _, i := range group[start:end] { // one tie
				list[i] = float64(start+end) / float64(2*len(group))
			}
		}
	}
	return list
}
