// Package training holds the kinds of stages that train: the base model on its world's mixture, and policies on pairs.
package training

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/pretrain"
	"congrad/harness/stage"
)

// Further trains the base model further, on a mixture of the experiment's choice; every arm starts from the result.
type Further struct {
	Base    stage.Ref
	Weights string `json:",omitempty"` // SHA-256, where the model is one of several and not the first
	pretrain.Further
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Further) Kind() kind.Kind {
	return kind.Kind{Name: "further", Version: 2, Title: "training the base model further", Trains: true}
}

// Title says what the stage does.
func (f Further) Title() string {
	return fmt.Sprintf("train the base model further, %g %% of the defects shared", 100*f.Recipe.World.SharedShare)
}

// Inputs are the base model.
func (f Further) Inputs() []stage.Ref { return []stage.Ref{f.Base} }

// Do leaves model.safetensors, and training.jsonl with the steps.
func (f Further) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	start, err := b.Weights(d.Shelf, bench.Policy{Stage: f.Base, Base: f.Weights})
	if err != nil {
		return nil, err
	}
	batch := f.Recipe.Train.Batch
	weights, log, err := f.Run(ctx, b.Engine, b.World, b.Chat, start, d.Scratch(), func(s pretrain.Step) {
		d.Loss(s.Loss)
		d.Advance(batch, 0)
	})
	if err != nil {
		return nil, err
	}
	data, err := weights.Marshal()
	return stage.Files{"model.safetensors": data, "training.jsonl": log}, err
}

// Forecast counts examples, each a row.
func (f Further) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Trains(size, 1, l.Row(), l.Answer, l.LongestRow(), l.Most, f.Recipe.Train.Tokens)
}
