// Package decode lets a policy answer prompts: by sampling, or greedily, in blocks of rows with a key-value cache.
package decode

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"congrad/harness/nn"
)

// Settings say how answers are drawn.
type Settings struct {
	Temperature float64 // 0 takes the likeliest token
	TopP        float64 // nucleus: the likeliest tokens that together reach this probability (Holtzman et al. 2020)
	MaxTokens   int     // an answer that has not stopped by then is cut
	Stop        int     // the token that ends an answer; it is not part of it
	Rows        int     // answers that are made side by side
}

// Answer is a generated answer.
type Answer struct {
	Tokens   []int
	Finished bool // it ended by itself
}

// Prompt is a prompt with the random stream of each of its answers; greedy decoding takes none.
type Prompt struct {
	Tokens []int
	Stream func(sample int) *rand.Rand
}

// Answers returns n answers to each prompt. What an answer becomes depends on its prompt and its stream alone, not on
// the prompts beside it. progress is told the number of tokens of each block that is finished.
func Answers(ctx context.Context, e *nn.Engine, w *nn.Weights, prompts []Prompt, n int, s Settings, progress func(answers, tokens int)) ([][]Answer, error) {
	order := make([]int, len(prompts))
	for i := range order {
		order[i] = i
	}
	// prompts of like length share a block, so that little is padded
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(prompts[a].Tokens), len(prompts[b].Tokens)) })
	count := max(1, s.Rows/n)
	answers := make([][]Answer, len(prompts))
	for start := 0; start < len(order); start += count {
		part := order[start:min(start+count, len(order))]
		block := make([]Prompt, len(part))
		for i, at := range part {
			block[i] = prompts[at]
		}
		made, err := answerBlock(ctx, e, w, block, count, n, s)
		if err != nil {
			return nil, err
		}
		tokens := 0
		for i, at := range part {
			answers[at] = made[i]
			for _, a := range made[i] {
				tokens += len(a.Tokens)
			}
		}
		progress(len(part)*n, tokens)
	}
	return answers, nil
}

// answerBlock answers up to count prompts at once.
func answerBlock(ctx context.Context, e *nn.Engine, w *nn.Weights, prompts []Prompt, count, n int, s Settings) ([][]Answer, error) {
	longest := 0
	ids := make([][]int, len(prompts))
	for i, p := range prompts {
		ids[i] = p.Tokens
		longest = max(longest, len(p.Tokens))
	}
	d, logits, err := e.Prefill(w, ids, n, count, nn.Bucket(longest), s.MaxTokens)
	if err != nil {
		return nil, err
	}
	defer d.Free()
	rows := make([]row, len(prompts)*n)
	for i, p := range prompts {
		for k := range n {
			if s.Temperature > 0 {
				rows[i*n+k].stream = p.Stream(k)
			}
		}
	}
	behind := func(r int) []float32 { return logits[r/n] } // the copies of a prompt start from the same logits
	for step := range s.MaxTokens {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		open := pick(rows, behind, s)
		if open == 0 || step == s.MaxTokens-1 {
			break
		}
		next := make([]int, len(rows))
		for r := range rows {
			if !rows[r].Finished {
				next[r] = rows[r].Tokens[len(rows[r].Tokens)-1]
			}
		}
		if logits, err = d.Next(next); err != nil {
			return nil, fmt.Errorf("answering %d prompts: %w", len(prompts), err)
		}
		behind = func(r int) []float32 { return logits[r] }
	}
	answers := make([][]Answer, len(prompts))
	for i := range answers {
		for k := range n {
			answers[i] = append(answers[i], rows[i*n+k].Answer)
		}
	}
	return answers, nil
}

// row is one answer in the making.
type row struct {
	Answer
	stream *rand.Rand
}

// pick draws the next token of every open row and returns how many are still open. Rows are independent, so that their
// number of workers does not show in the result.
func pick(rows []row, logits func(r int) []float32, s Settings) (open int) {
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			var t taker
			for r := worker; r < len(rows); r += workers {
				if rows[r].Finished {
					continue
				}
				if token := t.take(logits(r), s, rows[r].stream); token == s.Stop {
					rows[r].Finished = true
				} else {
					rows[r].Tokens = append(rows[r].Tokens, token)
				}
			}
		})
	}
	wait.Wait()
	for r := range rows {
		if !rows[r].Finished {
			open++
		}
	}
	return open
}
