package method

import (
	"cmp"
	"slices"
)

// Fade are weights in the loss for pairs that are ranked but not kept, so that they count less and less instead of not at all: of the m
// such pairs of a group, the k-th best has the weight 1 - k/(m+1). Kept pairs, which weigh 1, and pairs that are not ranked have 0 here.
//
// The weight follows from the rank alone: scores of different selectors have different scales, and one of cosines may lie within a
// hundredth.
func Fade(language []int, global bool, choices []Choice) []float64 {
	weights := make([]float64, len(choices))
	for _, group := range groups(language, global) {
		rest := slices.DeleteFunc(group, func(i int) bool { return choices[i].Kept || choices[i].Rank == 0 })
		slices.SortFunc(rest, func(a, b int) int { return cmp.Compare(choices[a].Rank, choices[b].Rank) })
		for k, i := range rest {
			weights[i] = 1 - float64(k+1)/float64(len(rest)+1)
		}
	}
	return weights
}
