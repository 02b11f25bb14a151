package method

import (
	"math"
	"math/rand/v2"
)

// Random keeps, of each language, as many pairs as counts says, or all where there are fewer: the control that differs
// from a filter in nothing but which pairs it keeps. The scores are the draws behind the choice.
func Random(language, counts []int, stream *rand.Rand) (scores []float64, choices []Choice) {
	scores = make([]float64, len(language))
	for i := range scores {
		scores[i] = stream.Float64()
	}
	return scores, keepCounts(language, counts, scores)
}

// keepCounts keeps the best pairs of each language, as many as counts says.
func keepCounts(language, counts []int, scores []float64) []Choice {
	choices := Keep{Share: 1, Threshold: math.NaN()}.Choose(language, scores)
	for i, c := range choices {
		choices[i].Kept = c.Rank > 0 && c.Rank <= counts[language[i]]
	}
	return choices
}
