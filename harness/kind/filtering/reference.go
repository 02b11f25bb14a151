// Package filtering holds the kinds of stages that decide which pairs are trained on: log-probs under the iteration's start,
// per-pair gradients, selections, and the check of compressed gradients against exact ones.
package filtering

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/loss"
	"congrad/harness/stage"
)

// Reference computes both answers' log-probs under the iteration's start, once for all that trains from it, whatever the loss.
type Reference struct {
	Policy bench.Policy
	Pairs  stage.Ref
	Batch  int // tokens
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Reference) Kind() kind.Kind {
	return kind.Kind{Name: "reference", Version: 3, Title: "reference log-probs"}
}

// Title says what the stage does.
func (Reference) Title() string { return "reference log-probs" }

// Inputs are policy and pairs.
func (r Reference) Inputs() []stage.Ref { return []stage.Ref{r.Policy.Stage, r.Pairs} }

// Do leaves reference.jsonl: an loss.PairLogProb for each pair.
func (r Reference) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, r.Pairs)
	if err != nil {
		return nil, err
	}
	list, err := kind.LogProbs(ctx, d, b, r.Policy, kind.Rows(pairs), r.Batch, func(rows [][]float64) loss.PairLogProb { return loss.SumPair(rows[0], rows[1]) })
	if err != nil {
		return nil, err
	}
	return stage.Output("reference", list)
}

// Forecast counts both answers of each pair.
func (r Reference) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Reads(size, l.Pair(), 2*l.Answer, l.LongestPair(), 2*l.Most, r.Batch)
}
