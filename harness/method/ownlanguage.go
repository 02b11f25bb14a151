package method

// OwnLanguage scores a pair by its alignment with the gradient of its own language in place of the consensus. What
// ConGrad does better than this comes from the other languages.
//
// A pair is a large part of its own language's gradient, so this score says little without leaving it out
// (Scoring.LeaveOneOut). A language's only pair then has nothing to agree with and scores zero.
func OwnLanguage(e Evidence) []float64 {
	scores := make([]float64, len(e.Language))
	for i, l := range e.Language {
		own := make([]float64, e.Gram.SymmetricDim())
		own[l] = 1
		scores[i] = e.Scoring.score(e.Pairs, i, []Part{{e.Inner, e.Square, e.Gram, own}})
	}
	return scores
}
