package method

import "math"

// PerplexityBand scores a pair by how close to the middle of its language its chosen answer's perplexity under the policy
// lies: what is easy teaches nothing, what is hardest is often wrong (Marion et al. 2023, who keep the middle of pretraining
// data). The score is -|2q - 1| for the share q of the language's pairs whose answer is less likely per token, equal ones
// counting half: 0 in the middle, towards -1 at both ends.
//
// Ranks are within the language whatever the quota: a token is less text in one language than in another, so perplexities of
// two languages do not compare.
func PerplexityBand(e Evidence) []float64 {
	scores := standings(e.Language, e.Chosen)
	for i, below := range scores {
		scores[i] = 0 - math.Abs(2*below-1) // the same from either end
	}
	return scores
}

// IFD scores a pair by the instruction-following difficulty of its chosen answer, its perplexity behind the instruction over
// its perplexity behind none (Li et al. 2024, "From Quantity to Quality"; Superfiltering, by the same group, words it so).
// The highest are kept: answers that the instruction helps least. One above 1, which the instruction makes less likely,
// counts as a mismatch of the two and is not up for selection. The earliest public code divides the mean losses in place of
// the perplexities: that sets the same pairs aside and may order the others otherwise.
//
// Li et al. select demonstrations with a model that saw a few of them; here the answer is the chosen one of a pair that the
// policy sampled itself, and the rejected one has no say.
func IFD(e Evidence) []float64 {
	scores := make([]float64, len(e.Chosen))
	for i, prompted := range e.Chosen {
		scores[i] = math.Exp(e.Unprompted[i] - prompted)
		if scores[i] > 1 {
			scores[i] = math.NaN()
		}
	}
	return scores
}
