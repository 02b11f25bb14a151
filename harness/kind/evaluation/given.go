package evaluation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/stage"
)

// Given are the answers of a file that win rates are against, in the place of an arm's.
type Given struct {
	Path    string
	Asked   bench.Asked
	Answers string // SHA-256 of those to the study's prompts, and not of what else the file has
	kind.Host
	kind.Unrecorded
	kind.Tokenless
	kind.Quick
}

// GivenOf looks the answers up; it is an error where the file has none to some prompts. n is their number.
func GivenOf(b *bench.Bench, path string, asked bench.Asked) (g Given, n int, err error) {
	if b.Answers == nil || b.Answers.File.Path != path {
		return g, 0, fmt.Errorf("evaluate.opponent: the file %s has not been read", path)
	}
	list, err := given(b, asked)
	if err != nil {
		return g, 0, err
	}
	g = Given{Path: path, Asked: asked}
	g.Answers, err = hash(list)
	return g, len(list), err
}

// hash is that of answers.
func hash(list []kind.Answer) (string, error) {
	text, err := json.Marshal(list)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// given are the file's answers to the prompts.
func given(b *bench.Bench, asked bench.Asked) ([]kind.Answer, error) {
	prompts, err := b.Prompts(asked)
	if err != nil {
		return nil, err
	}
	var list []kind.Answer
	var missing []data.Prompt
	for _, q := range prompts {
		text, ok := b.Answers.To(q)
		if !ok {
			missing = append(missing, q)
			continue
		}
		list = append(list, kind.Answer{Lang: q.Lang, Prompt: q.ID, Tokens: []int{}, Finished: true, Text: text, Known: kind.Known(text, q.Right)})
	}
	if len(missing) > 0 {
		return nil, b.Answers.Lacks(missing, len(prompts))
	}
	return list, nil
}

// Kind of the stage.
func (Given) Kind() kind.Kind {
	return kind.Kind{Name: "given", Version: 2, Title: "reading the opponent's answers"}
}

// Title says what the stage does.
func (g Given) Title() string { return "read the answers of " + g.Path }

// Inputs are none.
func (Given) Inputs() []stage.Ref { return nil }

// Do leaves answers.jsonl, as a policy's answers would be.
func (g Given) Do(_ context.Context, _ *stage.Desk, b *bench.Bench) (stage.Files, error) {
	list, err := given(b, g.Asked)
	if err != nil {
		return nil, err
	}
	if sum, err := hash(list); err != nil || sum != g.Answers {
		return nil, errors.Join(err, fmt.Errorf("the answers of %s have changed since the plan was made (congrad run makes a new plan)", g.Path))
	}
	return stage.Output("answers", list)
}
