// Package sampling holds the kinds of stages that make preference pairs: the model that answers, its answers, their scores, and
// the pairs of them.
package sampling

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/stage"
	"congrad/harness/text"
)

// Base is the model that everything starts from. Its artefact is empty: the model is elsewhere, its hash is in the key.
type Base struct {
	Weights, Tokenizer string       // SHA-256
	Layout             string       `json:",omitempty"` // of chats; the embedded model has but one
	Ends               []int        `json:",omitempty"` // tokens that end what is generated, where the model's files name others than the layout
	LoRA               *config.LoRA `json:",omitempty"`
	Precision          string       `json:",omitempty"`
	Recompute          bool         `json:",omitempty"` // rounds otherwise
	kind.Host
	kind.Unrecorded
	kind.Tokenless
	kind.Quick
}

// BaseOf describes a model on a bench as an experiment has it.
func BaseOf(e *config.Experiment, b *bench.Bench, base *model.Folder) (Base, error) {
	weights, err := base.Hash()
	if err != nil {
		return Base{}, err
	}
	x := Base{Weights: weights, Tokenizer: hash(base.Tokenizer), Recompute: e.Batch.Recompute}
	if e.LoRA.Rank > 0 {
		x.LoRA = &e.LoRA
	}
	if e.Precision != "float32" {
		x.Precision = e.Precision + " in products and their gradients" // before, gradients had float32 products, and were rounded
	}
	if layout := b.Chat.Layout(); layout != text.Embedded {
		x.Layout = layout
	}
	if ends := b.Chat.Ends(); len(ends) > 1 {
		x.Ends = ends
	}
	return x, nil
}

// Kind of the stage.
func (Base) Kind() kind.Kind {
	return kind.Kind{Name: "base", Version: 1, Title: "reading the base model"}
}

// Title says what the stage does.
func (Base) Title() string { return "base model" }

// Inputs are none.
func (Base) Inputs() []stage.Ref { return nil }

// Do holds the model on the bench against the one that was planned, which matters where another process made the plan.
func (x Base) Do(_ context.Context, _ *stage.Desk, b *bench.Bench) (stage.Files, error) {
	weights, err := b.Base.Hash()
	if len(b.Others) > 0 {
		_, err := b.Model(x.Weights)
		return nil, err
	}
	if err == nil && (weights != x.Weights || hash(b.Base.Tokenizer) != x.Tokenizer) {
		err = fmt.Errorf("the model has weights %.12s and tokenizer %.12s, but the plan was made with %.12s and %.12s (congrad run makes a new plan)", weights, hash(b.Base.Tokenizer), x.Weights, x.Tokenizer)
	}
	return nil, err
}

// hash is the SHA-256 of a file's bytes.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
