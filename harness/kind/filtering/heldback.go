package filtering

import (
	"context"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// HeldBack picks the pairs of each language that are held back for a training by themselves: those that a scoring round with held-back
// pairs would take.
type HeldBack struct {
	Pairs     stage.Ref
	Languages []string
	Share     float64 // of each language's pairs
	Seed      uint64
	Iteration int
	kind.Host
	kind.Unrecorded
	kind.Tokenless
	kind.Quick
}

// Kind of the stage.
func (HeldBack) Kind() kind.Kind {
	return kind.Kind{Name: "held-back", Version: 1, Title: "pairs held back"}
}

// Title says what the stage does.
func (HeldBack) Title() string { return "hold pairs back" }

// Inputs are the pairs.
func (h HeldBack) Inputs() []stage.Ref { return []stage.Ref{h.Pairs} }

// Do leaves choices.jsonl, in which the held-back pairs are kept.
func (h HeldBack) Do(_ context.Context, d *stage.Desk, _ *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, h.Pairs)
	if err != nil {
		return nil, err
	}
	language, err := kind.Languages(pairs, h.Languages)
	if err != nil {
		return nil, err
	}
	list := make([]kind.Choice, len(pairs))
	for i, share := range sketch.Shares(language, h.Languages, sketch.HeldBack(h.Share), h.Seed, strconv.Itoa(h.Iteration)) {
		list[i].Kept = share > 0
	}
	return stage.Output("choices", list)
}
