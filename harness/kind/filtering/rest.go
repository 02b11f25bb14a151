package filtering

import (
	"congrad/harness/kind"
	"congrad/harness/method"
)

// outcomes are what becomes of pairs with these scores and choices. action says what is done with those that are ranked but not kept:
// nothing, "flip" or "weight". What is not up for selection is left out whatever the action.
func outcomes(action string, language []int, global bool, scores []float64, choices []method.Choice) []kind.Choice {
	list := make([]kind.Choice, len(choices))
	for i, c := range choices {
		if c.Rank > 0 {
			list[i] = kind.Choice{Score: scores[i], Rank: c.Rank, Kept: c.Kept, Flipped: action == "flip" && !c.Kept}
		}
	}
	if action == "weight" {
		for i, w := range method.Fade(language, global, choices) {
			list[i].Weight = w
		}
	}
	return list
}
