package method

import (
	"cmp"
	"math"
	"slices"
)

// Keep says which pairs survive their scores.
type Keep struct {
	Share     float64 // of the best pairs; used unless Threshold is set
	Threshold float64 // keeps what scores at least this; NaN where Share rules
	Global    bool    // one quota over all languages in place of one for each
}

// Choice is the outcome for one pair.
type Choice struct {
	Rank int // 1 is the best of its quota's group; 0 where it was not ranked
	Kept bool
}

// Choose ranks the pairs by score within their language, or over all, and keeps the best. Equal scores rank in the order
// of the pairs. A share keeps its Count, and at least one: of every language with pairs, or, under one
// quota over all, of all pairs together.
//
// A pair whose score is NaN is not up for selection: it is neither ranked nor kept, but it counts towards its group, so
// that setting pairs aside does not change how many are kept, as long as there are so many.
func (k Keep) Choose(language []int, scores []float64) []Choice {
	choices := make([]Choice, len(scores))
	for _, group := range groups(language, k.Global) {
		count := max(1, Count(k.Share, len(group)))
		ranked := slices.DeleteFunc(group, func(i int) bool { return math.IsNaN(scores[i]) })
		slices.SortStableFunc(ranked, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
		for rank, i := range ranked {
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
