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
	Stops       []int   // the tokens that end an answer; they are not part of it
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
// with n answers each. The last one is padded to as many, unless it is the only one.
func Blocks(prompts []Prompt, n, rows int) []Block {
	order := make([]int, len(prompts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(prompts[b].Tokens), len(prompts[a].Tokens)) })
	var blocks []Block
	count := max(1, rows/n)
	for part := range slices.Chunk(order, count) {
		blocks = append(blocks, Block{Prompts: part, Count: count})
	}
	if len(blocks) == 1 {
		blocks[0].Count = min(count, nn.Bucket(len(order)))
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
	d, predicted, err := e.Prefill(w, ids, n, block.Count, nn.Bucket(longest), s.MaxTokens)
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
	slots := make([]*row, len(rows)) // the answers that the decoder's rows make
	for r := range rows {
		slots[r] = &rows[r]
	}
	behind := func(r int) int { return r / n } // the copies of a prompt start from the same prediction
	for step := range s.MaxTokens {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		open, err := pick(slots, predicted, behind, s)
		if err != nil {
			return nil, fmt.Errorf("answering %d prompts: %w", len(prompts), err)
		}
		if open == 0 || step == s.MaxTokens-1 {
			break
		}
		if slots, err = compact(d, slots, open); err != nil {
			return nil, fmt.Errorf("answering %d prompts: %w", len(prompts), err)
		}
		next := make([]int, len(slots))
		for r, slot := range slots {
			if !slot.Finished {
				next[r] = slot.Tokens[len(slot.Tokens)-1]
			}
		}
		if predicted, err = d.Next(next); err != nil {
			return nil, fmt.Errorf("answering %d prompts: %w", len(prompts), err)
		}
		behind = func(r int) int { return r }
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

// compact drops finished rows from the decoder once the open ones fit into half of it: most answers are short, and a few
// long ones would keep all rows busy.
func compact(d *nn.Decoder, slots []*row, open int) ([]*row, error) {
	size := d.Rows()
	for size/2 >= max(open, smallest) {
		size /= 2
	}
	if size == d.Rows() {
		return slots, nil
	}
	var left []*row
	var keep []int
	for r, slot := range slots {
		if !slot.Finished {
			left, keep = append(left, slot), append(keep, r)
		}
	}
	return left, d.Keep(keep, size)
}

// smallest is the number of rows below which a smaller program is not worth compiling.
const smallest = 32

// pick chooses the next token of every open row and returns how many are still open. Row r goes on from prediction behind(r).
func pick(rows []*row, predicted *nn.Predicted, behind func(r int) int, s Settings) (open int, err error) {
	next := func(_ *taker, r int) int { return predicted.Likeliest[behind(r)] }
	if s.Temperature > 0 {
		logits, err := predicted.Logits()
		if err != nil {
			return 0, err
		}
		next = func(t *taker, r int) int {
			at := behind(r)
			return t.take(logits[at], logits[at][predicted.Likeliest[at]], s, rows[r].stream)
		}
	}
	// Rows are independent, so that the number of workers does not show in the result.
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			var t taker
			for r := worker; r < len(rows); r += workers {
				if rows[r].Finished {
					continue
				}
				if token := next(&t, r); slices.Contains(s.Stops, token) {
					rows[r].Finished = true
				} else {
					rows[r].Tokens = append(rows[r].Tokens, token)
				}
			}
		})
	}
	wait.Wait()
	for _, r := range rows {
		if !r.Finished {
			open++
		}
	}
	return open, nil
}
