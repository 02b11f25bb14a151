package filtering

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/stage"
)

// Unprompted computes the log-prob per token of every pair's chosen answer after an instruction without a word, under the
// iteration's start. All else of the layout stays, so that what differs from the reference stage is the instruction alone.
type Unprompted struct {
	Policy bench.Policy
	Pairs  stage.Ref
	Batch  int // tokens
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Unprompted) Kind() kind.Kind {
	return kind.Kind{Name: "unprompted", Version: 2, Title: "log-probs without instructions"}
}

// Title says what the stage does.
func (Unprompted) Title() string { return "log-probs without instructions" }

// Inputs are policy and pairs.
func (u Unprompted) Inputs() []stage.Ref { return []stage.Ref{u.Policy.Stage, u.Pairs} }

// Do leaves unprompted.jsonl: a number for each pair.
func (u Unprompted) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, u.Pairs)
	if err != nil {
		return nil, err
	}
	nothing, err := b.Chat.Prompt("")
	if err != nil {
		return nil, err
	}
	units := make([][]nn.Row, len(pairs))
	for i, p := range pairs {
		units[i] = []nn.Row{{Prompt: nothing, Answer: p.Chosen.Tokens}}
	}
	means, err := kind.LogProbs(ctx, d, b, u.Policy, units, u.Batch, func(rows [][]float64) float64 {
		return kind.LogLikelihoods(rows)[0] / float64(max(1, len(rows[0])))
	})
	if err != nil {
		return nil, err
	}
	return stage.Output("unprompted", means)
}

// Forecast counts the chosen answers.
func (u Unprompted) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Reads(size, l.Answer, l.Answer, l.Most, l.Most, u.Batch)
}
