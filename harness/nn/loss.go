package nn

import "congrad/harness/loss"

// PreferenceLoss is a loss by the name that harness/run has for it.
type PreferenceLoss = loss.Loss

// PairLogProb is a pair's log-probs by the name that harness/run has for them.
type PairLogProb = loss.PairLogProb

// SumPair sums the log-probs of the tokens of a pair's answers.
func SumPair(chosen, rejected []float64) PairLogProb { return loss.SumPair(chosen, rejected) }
