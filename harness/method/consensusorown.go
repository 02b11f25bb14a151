package method

// ConsensusOrOwn keeps a pair that agrees with the consensus of the trusted languages or, where the judge is trusted, with its own
// language's gradient: the score is the larger of the two cosines, and those of at least 0 are kept. Own pairs are left out of both by
// default (Scoring.LeaveOneOut), so a pair does not agree with itself.
//
// What makes a language itself opposes the other languages and agrees with its own pairs. An error of the judge may agree with its own
// language's pairs as well, if it is made often: so their word counts only where the judge is trusted.
func ConsensusOrOwn(e Evidence) []float64 {
	cosine := Scoring{LeaveOneOut: e.Scoring.LeaveOneOut}
	scores := cosine.Alignment(e.Pairs, trustedConsensus(e.Trust, e.Gram), e.Gram)
	own := OwnLanguage(Evidence{Pairs: e.Pairs, Gram: e.Gram, Scoring: cosine})
	for i, l := range e.Language {
		if e.Trust[l] > 0 {
			scores[i] = max(scores[i], own[i])
		}
	}
	return scores
}
