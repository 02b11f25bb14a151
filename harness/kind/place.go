package kind

import (
	"congrad/harness/config"
	"congrad/harness/stage"
)

// Place is where in a study a stage is met. Arms share stages, so one may be met at several places; what a stage's records say
// beside its own results stands here.
type Place struct {
	Seed      uint64
	Arm       config.Arm
	Iteration int    // of a round; of answers to held-out prompts, see record.Evaluation
	Lang      string // the only language whose pairs the model is trained on; empty for all

	// Of the first place where a round's answers are met: the name that they are recorded under, since arms share them. Empty
	// elsewhere: they are recorded then.
	First     string
	Diagnosed bool // whether the defects of the embedded world are counted in the answers

	Pairs   []Pair   // of the round
	Choices []Choice // their outcomes
	Met     []*int   // how often training met each; nil where that is once an epoch for every kept one

	Trial Trial // of answers to held-out prompts
}

// Trial is how answers to held-out prompts are judged.
type Trial struct {
	Scores   stage.Ref // of a judge; empty where none scores
	Verdicts stage.Ref // of a server; empty where none compares, and for the opponent's own answers
	Server   bool      // whether one compares: an answer without a verdict is then the opponent's own

	Opponent       stage.Ref // its answers
	OpponentScores stage.Ref
	File           bool // whether the opponent's answers are a file's
	Exact          bool // whether an exact answer beats an inexact one and all else is a tie; else the higher chrF score wins
}
