package kind

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/nn"
	"congrad/harness/stage"
)

// Pair is one preference pair in an artefact. It holds the token ids that were sampled: encoding the text again could cut it
// otherwise.
type Pair struct {
	Lang     string  `json:"lang"`
	Prompt   string  `json:"prompt"` // id
	Ask      []int   `json:"ask"`    // the prompt's tokens
	Chosen   Side    `json:"chosen"`
	Rejected Side    `json:"rejected"`
	Gap      float64 `json:"gap"`
	KnownGap float64 `json:"known_gap"`
	Planted  bool    `json:"planted,omitempty"` // a plant swapped the answers; for records only, selectors never read it
}

// Side is one answer of a pair.
type Side struct {
	Tokens []int  `json:"tokens"` // with the end token where the answer ended by itself
	Text   string `json:"text"`
}

// Rows are the pair as the device reads it: [chosen, rejected].
func (p Pair) Rows() []nn.Row {
	return []nn.Row{{Prompt: p.Ask, Answer: p.Chosen.Tokens}, {Prompt: p.Ask, Answer: p.Rejected.Tokens}}
}

// Pairs reads the pairs that a stage made.
func Pairs(s stage.Shelf, of stage.Ref) ([]Pair, error) { return stage.Lines[Pair](s, of, "pairs") }

// Rows lays pairs out for the device [pairs][2].
func Rows(pairs []Pair) [][]nn.Row {
	units := make([][]nn.Row, len(pairs))
	for i, p := range pairs {
		units[i] = p.Rows()
	}
	return units
}

// Languages are the pairs' languages [pairs] as indices into codes. A pair in another language is an error.
func Languages(pairs []Pair, codes []string) ([]int, error) {
	language := make([]int, len(pairs))
	for i, p := range pairs {
		if language[i] = slices.Index(codes, p.Lang); language[i] < 0 {
			return nil, fmt.Errorf("pairs.jsonl: pair %d of %d (prompt %s) is in %q, which is no language of this stage: %s", i+1, len(pairs), p.Prompt, p.Lang, strings.Join(codes, ", "))
		}
	}
	return language, nil
}
