package method

// Trusted keeps everything in the languages in which the judge is trusted (Evidence.Trust), and filters the others only: a pair there
// scores its cosine with the consensus of the trusted languages, and those that score at least 0 are kept.
//
// A consensus finds the errors of a judge and rejects the conventions of a language alike; where the judge does not err, only the second
// is left to reject. A pair in a trusted language scores its cosine, too, but plus 1, so that it is kept at the threshold 0 and the score
// still tells the pairs of a language apart. If the judge is trusted nowhere, there is nothing to filter by, and every pair scores 0.
func Trusted(e Evidence) []float64 {
	cosine := Scoring{LeaveOneOut: e.Scoring.LeaveOneOut}
	scores := cosine.Alignment(e.Pairs, trustedConsensus(e.Trust, e.Gram), e.Gram)
	for i, l := range e.Language {
		if e.Trust[l] > 0 {
			scores[i]++
		}
	}
	return scores
}
