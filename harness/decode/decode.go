// Package decode lets a policy answer prompts: by sampling, or greedily, in blocks of rows with a key-value cache.
package decode

import (
	"cmp"
	"context"
	"errors"
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

// Block is a set of prompts that are answered side by side.
type Block struct {
	Prompts []int // indices
	Count   int   // prompts that the block is padded to
}

// Blocks groups prompts of like length, so that little is padded: as many to a block as give the asked number of rows
// with n answers each.
func Blocks(prompts []Prompt, n, rows int) []Block {
	order := make([]int, len(prompts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(prompts[b].Tokens), len(prompts[a].Tokens)) })
	var blocks []Block
	for part := range slices.Chunk(order, max(1, rows/n)) {
		blocks = append(blocks, Block{Prompts: part, Count: min(max(1, rows/n), nn.Bucket(len(part)))})
	}
	return blocks
}

// Answers returns n answers to each prompt of a block. What an answer becomes depends on its prompt and its stream, and on
// the prompts beside it by rounding only.
func Answers(ctx context.Context, e *nn.Engine, w *nn.Weights, all []Prompt, block Block, n int, s Settings) ([][]Answer, error) {
	prompts := make([]Prompt, len(block.Prompts))
	for i, at := range block.Prompts {
		prompts[i] = all[at]
	}
	longest := 0
	ids := make([][]int, len(prompts))
	for i, p := range prompts {
		ids[i] = p.Tokens
		longest = max(longest, len(p.Tokens))
	}
	d, logits, err := e.Prefill(w, ids, n, block.Count, nn.Bucket(longest), s.MaxTokens)
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
		open, err := pick(rows, behind, s)
		if err != nil {
			return nil, fmt.Errorf("answering %d prompts: %w", len(prompts), err)
		}
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

// ErrNotFinite says that the model's numbers mean nothing.
var ErrNotFinite = errors.New("the logits are not finite: the weights are damaged or have diverged")

// row is one answer in the making.
type row struct {
	Answer
	stream *rand.Rand
}

// pick draws the next token of every open row and returns how many are still open. Rows are independent, so that their
// number of workers does not show in the result.
func pick(rows []row, logits func(r int) []float32, s Settings) (open int, err error) {
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			var t taker
			for r := worker; r < len(rows); r += workers {
				if rows[r].Finished {
					continue
				}
				switch token := t.take(logits(r), s, rows[r].stream); token {
				case s.Stop:
					rows[r].Finished = true
				default:
					rows[r].Tokens = append(rows[r].Tokens, token)
				}
			}
		})
	}
	wait.Wait()
	for r := range rows {
		if !rows[r].Finished {
			open++
			if rows[r].Tokens[len(rows[r].Tokens)-1] == noToken {
				return 0, ErrNotFinite
			}
		}
	}
	return open, nil
}
