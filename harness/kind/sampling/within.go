package sampling

import (
	"context"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Within takes the pairs of some languages out of all. The counts stay those of all: they count the outcomes of the prompts.
type Within struct {
	Pairs     stage.Ref
	Answers   stage.Ref // that the pairs are made of; empty if they are given
	Languages []string
	kind.Host
	kind.Tokenless
	kind.Quick
}

// Kind of the stage.
func (Within) Kind() kind.Kind {
	return kind.Kind{Name: "within", Version: 1, Title: "leaving languages out"}
}

// Title says what the stage does.
func (Within) Title() string { return "leave languages out" }

// Inputs are the pairs and what they are made of.
func (w Within) Inputs() []stage.Ref {
	if w.Answers == "" {
		return []stage.Ref{w.Pairs}
	}
	return []stage.Ref{w.Pairs, w.Answers}
}

// Do leaves pairs.jsonl and pairing.jsonl.
func (w Within) Do(_ context.Context, d *stage.Desk, _ *bench.Bench) (stage.Files, error) {
	list, err := kind.Pairs(d.Shelf, w.Pairs)
	if err != nil {
		return nil, err
	}
	files, err := stage.Output("pairs", slices.DeleteFunc(list, func(p kind.Pair) bool { return !slices.Contains(w.Languages, p.Lang) }))
	if err != nil {
		return nil, err
	}
	files["pairing.jsonl"], err = d.Read(w.Pairs, "pairing.jsonl")
	return files, err
}

// Record adds what making the pairs would have, of the pairs that are left.
func (w Within) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	return recordPairs(s, b, w.Answers, at, set)
}
