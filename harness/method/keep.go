package method

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Keep says which pairs survive their scores.
type Keep struct {
	Fraction  float64 // of the best pairs; used unless Threshold is set
	Threshold float64 // keeps what scores at least this; NaN where Fraction rules
	Global    bool    // one quota over all languages in place of one for each
}

// Choice is the outcome for one pair.
type Choice struct {
	Rank int // 1 is the best of its quota's group
	Kept bool
}

// Choose ranks the pairs by score within their language, or over all, and keeps the best. Equal scores rank in the order
// of the pairs. A fraction keeps its count rounded half up, and at least one: of every language with pairs, or, under one
// quota over all, of all pairs together.
func (k Keep) Choose(language []int, scores []float64) []Choice {
	choices := make([]Choice, len(scores))
	for _, group := range groups(language, k.Global) {
		slices.SortStableFunc(group, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
		count := max(1, int(math.Floor(k.Fraction*float64(len(group))+0.5)))
		for rank, i := range group {
			kept := rank < count
			if !math.IsNaN(k.Threshold) {
				kept = scores[i] >= k.Threshold
			}
			choices[i] = Choice{Rank: rank + 1, Kept: kept}
		}
	}
	return choices
}

// groups lists the pairs of each language in the order of the languages, or all pairs as one group.
func groups(language []int, global bool) [][]int {
	var list [][]int
	for i, l := range language {
		if global {
			l = 0
		}
		for len(list) <= l {
			list = append(list, nil)
		}
		list[l] = append(list[l], i)
	}
	return slices.DeleteFunc(list, func(g []int) bool { return len(g) == 0 })
}

// Random keeps, of each language, as many pairs as counts says, or all where there are fewer: the control that differs
// from a filter in nothing but which pairs it keeps. The scores are the draws behind the choice.
func Random(language, counts []int, stream *rand.Rand) (scores []float64, choices []Choice) {
	scores = make([]float64, len(language))
	for i := range scores {
		scores[i] = stream.Float64()
	}
	choices = Keep{Fraction: 1, Threshold: math.NaN()}.Choose(language, scores)
	for i := range choices {
		choices[i].Kept = choices[i].Rank <= counts[language[i]]
	}
	return scores, choices
}
