package filtering

import (
	"context"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/harness/stage"
)

// Random keeps, of every language, as many pairs at random as another arm kept, of all pairs or of the right ones.
type Random struct {
	Pairs        stage.Ref
	Matched      stage.Ref `json:",omitempty"` // the other arm's selection; empty where it keeps all
	MatchedPairs stage.Ref
	Languages    []string
	Seed         uint64
	Iteration    int
	Right        bool   `json:",omitempty"` // only right pairs, by the reference answers
	Action       string `json:",omitempty"` // with pairs that are not kept; empty drops them
	kind.Host
	kind.Unrecorded
	kind.Tokenless
	kind.Quick
}

// Kind of the stage.
func (Random) Kind() kind.Kind {
	return kind.Kind{Name: "random", Version: 2, Title: "selection at random"}
}

// Title says what the stage does.
func (r Random) Title() string {
	if r.Right {
		return "select random right pairs"
	}
	return "select random pairs"
}

// Inputs are both arms' pairs and the other's selection.
func (r Random) Inputs() []stage.Ref {
	if r.Matched == "" {
		return []stage.Ref{r.Pairs, r.MatchedPairs}
	}
	return []stage.Ref{r.Pairs, r.Matched, r.MatchedPairs}
}

// Do leaves choices.jsonl.
func (r Random) Do(_ context.Context, d *stage.Desk, _ *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, r.Pairs)
	if err != nil {
		return nil, err
	}
	theirs, err := kind.Pairs(d.Shelf, r.MatchedPairs)
	if err != nil {
		return nil, err
	}
	chosen, err := kind.Choices(d.Shelf, r.Matched, len(theirs))
	if err != nil {
		return nil, err
	}
	matched, err := kind.Languages(theirs, r.Languages)
	if err != nil {
		return nil, err
	}
	own, err := kind.Languages(pairs, r.Languages)
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(r.Languages))
	for i, language := range matched {
		if chosen[i].Kept {
			counts[language]++
		}
	}
	stream := rng.Stream(r.Seed, "random selection", strconv.Itoa(r.Iteration))
	var scores []float64
	var kept []method.Choice
	if r.Right {
		scores, kept = method.RandomRight(own, counts, knownGaps(pairs), stream)
	} else {
		scores, kept = method.Random(own, counts, stream)
	}
	return stage.Output("choices", outcomes(r.Action, own, false, scores, kept))
}
