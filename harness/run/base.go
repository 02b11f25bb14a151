package run

import (
	"context"
	"fmt"

	"congrad/harness/config"
	"congrad/harness/pretrain"
	"congrad/harness/text"
)

// base is the model that everything starts from. Its artefact is empty: the model lies elsewhere, its hash is the key.
func (p *planner) base() (*Stage, error) {
	weights, err := p.env.Base.Hash()
	if err != nil {
		return nil, err
	}
	settings := struct {
		Weights, Tokenizer string
		Layout             string       `json:",omitempty"` // of chats; the embedded model has but one
		LoRA               *config.LoRA `json:",omitempty"`
		Precision          string       `json:",omitempty"`
		Recompute          bool         `json:",omitempty"` // rounds otherwise
	}{Weights: weights, Tokenizer: hash(p.env.Base.Tokenizer), Recompute: p.experiment.Batch.Recompute}
	if lora := p.experiment.LoRA; lora.Rank > 0 {
		settings.LoRA = &lora
	}
	if precision := p.experiment.Precision; precision != "float32" {
		settings.Precision = precision
	}
	if layout := p.env.Chat.Layout(); layout != text.Embedded {
		settings.Layout = layout
	}
	s, err := newStage("base", "base model", 1, settings, "", nil, 0, nothing)
	if s, err = p.add(s, err); err != nil || p.experiment.Base.Steps == 0 {
		return s, err
	}
	return p.further(s)
}

// further trains the base model on, on a mixture of the experiment's choice; every arm starts from what comes out.
func (p *planner) further(base *Stage) (*Stage, error) {
	b := p.experiment.Base
	settings := p.env.Recipe.Further(p.env.World, b.SharedShare, b.Steps)
	batch, share := settings.Recipe.Train.Batch, settings.Recipe.World.SharedShare
	label := fmt.Sprintf("train the base model further, %g %% of the defects shared", 100*share)
	return p.stage("further", label, 1, settings, []*Stage{base}, b.Steps*batch,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			weights, log, err := settings.Run(ctx, e.Engine, e.World, e.Chat, e.Base.Weights, e.scratch(stage), func(s pretrain.Step) {
				e.Report.Loss(s.Loss)
				e.Report.Advance(batch, 0)
			})
			if err != nil {
				return nil, err
			}
			data, err := weights.Marshal()
			if err != nil {
				return nil, err
			}
			return map[string][]byte{"model.safetensors": data, "training.jsonl": log}, nil
		})
}
