package method

// ConGrad scores pairs by their alignment with the consensus of the language gradients, which may have been found part by part.
func ConGrad(e Evidence) []float64 {
	if e.Parts != nil {
		return e.Scoring.AlignmentOf(e.Pairs, e.Parts)
	}
	return e.Scoring.Alignment(e.Pairs, e.Consensus.Weights, e.Gram)
}

// Anti is ConGrad upside down: the least aligned pairs rank first. A filter that finds good pairs leaves it the bad ones,
// so an experiment in which Anti does as well as ConGrad does not measure the filter.
func Anti(e Evidence) []float64 { return negated(ConGrad(e)) }
