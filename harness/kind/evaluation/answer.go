// Package evaluation holds the kinds of stages that measure policies: answers to held-out prompts, what judges them or what they
// are compared with, and the tasks of the alignment tax.
package evaluation

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Answer lets a policy answer the held-out prompts greedily.
type Answer struct {
	Policy    bench.Policy
	Asked     bench.Asked
	MaxTokens int
	Rows      int // answers side by side
	kind.Device
}

// Kind of the stage.
func (Answer) Kind() kind.Kind {
	return kind.Kind{Name: "answer", Version: 2, Title: "answering held-out prompts"}
}

// Title says what the stage does.
func (Answer) Title() string { return "answer held-out prompts" }

// Inputs are the policy.
func (a Answer) Inputs() []stage.Ref { return []stage.Ref{a.Policy.Stage} }

// Do leaves answers.jsonl: the answers in the order of the prompts.
func (a Answer) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	prompts, err := b.Prompts(a.Asked)
	if err != nil {
		return nil, err
	}
	answers, err := kind.Answered(ctx, d, b, a.Policy, prompts, 1, decode.Settings{MaxTokens: a.MaxTokens, Stops: b.Chat.Ends(), Rows: a.Rows}, 0)
	if err != nil {
		return nil, err
	}
	return stage.Output("answers", answers)
}

// Tokens are those of the answers.
func (Answer) Tokens(s stage.Shelf) (generated, trained int, err error) {
	generated, err = kind.Generated(s)
	return generated, 0, err
}

// Forecast counts answers.
func (a Answer) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Decodes(size, 1, a.Rows)
}

// Record adds the prompts, and the answers with how they fare against the opponent's.
func (a Answer) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := trials(s, b, a.Asked, at, set)
	if at.Iteration > 0 {
		set.Trials = append(set.Trials, list...)
	} else {
		set.Evaluations = append(set.Evaluations, list...)
	}
	return err
}
