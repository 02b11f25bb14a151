package kind

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"congrad/eval/chrf"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Answer is one answer in an artefact.
type Answer struct {
	Lang     string  `json:"lang"`
	Prompt   string  `json:"prompt"` // id
	Sample   int     `json:"sample"`
	Tokens   []int   `json:"tokens"`
	Finished bool    `json:"finished"`
	Text     string  `json:"text"`
	Known    float64 `json:"known"` // see Known
}

// Whole are the answer's tokens with the one that ends it, where it ended by itself: what it is trained on and scored by.
func (a Answer) Whole(stop int) []int {
	tokens := append([]int(nil), a.Tokens...)
	if a.Finished {
		tokens = append(tokens, stop)
	}
	return tokens
}

// Known is an answer's score against the reference answer: 1 where exact, below 1 else; -1 where there is no reference answer.
func Known(answer, right string) float64 {
	if right == "" {
		return -1
	}
	return chrf.Known(answer, right)
}

// Answered lets a policy answer prompts, n times each, and returns the answers in the order of the prompts. Finished blocks
// stay in the stage's scratch.
func Answered(ctx context.Context, d *stage.Desk, b *bench.Bench, policy bench.Policy, prompts []data.Prompt, n int, s decode.Settings, seed uint64) ([]Answer, error) {
	w, release, err := b.Policy(d.Shelf, policy)
	if err != nil {
		return nil, err
	}
	defer release()
	return AnsweredBy(ctx, d, b, w, prompts, n, s, seed)
}

// AnsweredBy does the same with weights that are on the device.
func AnsweredBy(ctx context.Context, d *stage.Desk, b *bench.Bench, w *nn.Weights, prompts []data.Prompt, n int, s decode.Settings, seed uint64) ([]Answer, error) {
	asked := make([]decode.Prompt, len(prompts))
	for i, p := range prompts {
		ask, err := b.Chat.Prompt(p.Text)
		if err != nil {
			return nil, fmt.Errorf("prompt %s: %w", p.ID, err)
		}
		asked[i] = decode.Prompt{Tokens: ask, Stream: func(sample int) *rand.Rand {
			return rng.Stream(seed, "sample", p.Lang, p.ID, strconv.Itoa(sample))
		}}
	}
	blocks := decode.Blocks(asked, n, s.Rows)
	made, err := store.Units(ctx, d.Scratch(), len(blocks), func(i int) ([][]decode.Answer, error) {
		list, err := decode.Answers(ctx, b.Engine, w, asked, blocks[i], n, s)
		if err != nil {
			return nil, err
		}
		tokens := 0
		for _, answers := range list {
			for _, a := range answers {
				tokens += len(a.Tokens)
			}
		}
		d.Advance(len(list)*n, tokens)
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(prompts)*n)
	for at, block := range blocks {
		for k, i := range block.Prompts {
			for sample, a := range made[at][k] {
				p := prompts[i]
				text := b.Chat.Decode(a.Tokens)
				answers[i*n+sample] = Answer{p.Lang, p.ID, sample, a.Tokens, a.Finished, text, Known(text, p.Right)}
			}
		}
	}
	return answers, nil
}

// Generated counts the tokens of a stage's answers.
func Generated(s stage.Shelf) (tokens int, err error) {
	answers, err := stage.Lines[Answer](s, s.Own, "answers")
	for _, a := range answers {
		tokens += len(a.Tokens)
	}
	return tokens, err
}
