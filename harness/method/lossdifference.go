package method

// LossDifference scores a pair by how much training on other pairs, which were held back, raises its margin: the log-ratio of its two
// answers afterwards minus that before. It is LossDiff (Zhang et al. 2025, arXiv 2510.13212), who compare losses under the policy and under
// one that was trained on a validation set: DPO's loss falls as the margin rises, so both order pairs alike where the margins before are
// equal. To first order it is the inner product of the pair's gradient with the direction in which the training went, the score of
// Validation, but with all of the steps in place of one.
//
// Their rule keeps pairs of medium score, since the highest ones are learnt already and the lowest ones are probably wrong: [keep] band.
// Held-back pairs are not up for selection. As for Validation, no arm has labels that the others lack.
func LossDifference(e Evidence) []float64 { return e.Gain }
