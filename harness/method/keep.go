package method

import (
	"cmp"
	"math"
	"slices"
)

// Keep says which pairs survive their scores.
type Keep struct {
	Share     float64 // of the best pairs; used unless Threshold or Band is set
	Threshold float64 // keeps what scores at least this; NaN where it is not set
	// Band keeps what ranks between two shares of the ranked pairs, counted from the best: {0.25, 0.75} are those of medium score. nil
	// where it is not set.
	Band   []float64
	Global bool // one quota over all languages in place of one for each
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
// A band drops both ends: pairs that are easy or already learnt, and pairs that are probably wrong (Zhang et al. 2025, arXiv 2510.13212,
// who keep preference pairs of medium influence). Bands that share a bound share no pair. A band keeps at least one pair.
//
// A pair whose score is NaN is not up for selection: it is neither ranked nor kept, but it counts towards its group, so
// that setting pairs aside does not change how many are kept, as long as there are so many.
func (k Keep) Choose(language []int, scores []float64) []Choice {
	choices := make([]Choice, len(scores))
	for _, group := range groups(language, k.Global) {
		count := max(1, Count(k.Share, len(group)))
		ranked := slices.DeleteFunc(group, func(i int) bool { return math.IsNaN(scores[i]) })
		from, to := k.band(len(ranked))
		slices.SortStableFunc(ranked, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
		for rank, i := range ranked {
			kept := rank < count
			switch {
			case len(k.Band) > 0:
				kept = from <= rank && rank < to
			case !math.IsNaN(k.Threshold):
				kept = scores[i] >= k.Threshold
			}
			choices[i] = Choice{Rank: rank + 1, Kept: kept}
		}
	}
	return choices
}

// band is the range of ranks, from 0, that a band keeps of n pairs; where it holds no rank, the nearest one.
func (k Keep) band(n int) (from, to int) {
	if len(k.Band) == 0 {
		return 0, 0
	}
	from, to = Count(k.Band[0], n), Count(k.Band[1], n)
	if from == to {
		from = max(0, min(from, n-1))
		to = from + 1
	}
	return from, to
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
