package method

import "math"

// Validation scores a pair by its alignment with the gradient of pairs that were held back, after LESS (Xia et al. 2024):
// the mean over the languages of their mean gradients over the held-back pairs. Those are the pairs with a share in a
// language gradient; they are not up for selection.
//
// LESS selects for a target task with a few trusted examples. No arm of an experiment here may have labels that the
// others lack, and evaluation prompts are out of the question, so the held-back pairs are the iteration's own, with the
// judge's errors: the score asks what a pair has in common with others like it, without any de-conflicting. Of LESS's
// recipe there are no checkpoints of a warm-up, and the mean over languages stands in place of the largest over subtasks,
// which would let one language decide. Whether the pairs' gradients are scaled as Adam's updates is a matter of the evidence
// (ReadsHeldBackAdam), not of this score.
func Validation(e Evidence) []float64 {
	mean := Mean{}.Weights(e.Gram, nil).Weights
	scores := e.Scoring.Alignment(e.Pairs, mean, e.Gram)
	for i, share := range e.Share {
		if share > 0 {
			scores[i] = math.NaN()
		}
	}
	return scores
}
