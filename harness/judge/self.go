package judge

import (
	"context"
	"fmt"
	"math"

	"congrad/harness/nn"
	"congrad/harness/text"
	"congrad/harness/train"
)

// Self lets a policy judge, as in self-rewarding (Yuan et al. 2024). The score is the expectation over the digits 1 to 5
// under the policy's own probabilities where the score has to stand: one forward pass, no sampling, and hardly ever a tie.
// That departs from the paper, which samples a judgement and reads the score from it.
type Self struct {
	Engine  *nn.Engine
	Weights *nn.Weights
	Chat    *text.Chat
	Tokens  int // padded tokens that the device works on at once
}

// digits are the scores that a judgement can have.
var digits = []string{"1", "2", "3", "4", "5"}

// Scores judges in blocks of like length. An answer whose judgement would not be a digit stays unparsed. Samples of one
// prompt are often the same text, which is judged once.
func (s Self) Scores(ctx context.Context, items []Item) ([]Score, error) {
	first := map[Item]int{}
	var distinct []Item
	for _, item := range items {
		if _, seen := first[item]; !seen {
			first[item] = len(distinct)
			distinct = append(distinct, item)
		}
	}
	judged, err := s.judge(ctx, distinct)
	if err != nil {
		return nil, fmt.Errorf("judging: %w", err)
	}
	scores := make([]Score, len(items))
	for i, item := range items {
		scores[i] = judged[first[item]]
	}
	return scores, nil
}

func (s Self) judge(ctx context.Context, items []Item) ([]Score, error) {
	ids := make([]int, len(digits))
	for i, digit := range digits {
		tokens := s.Chat.Encode(digit)
		if len(tokens) != 1 {
			return nil, fmt.Errorf("the digit %s takes %d tokens; scores are read from a single token", digit, len(tokens))
		}
		ids[i] = tokens[0]
	}
	units := make([][]nn.Row, len(items))
	for i, item := range items {
		ask, err := s.Chat.Judgement(item.Instruction, item.Answer)
		if err != nil {
			return nil, err
		}
		units[i] = []nn.Row{{Prompt: ask, Answer: ids[:1]}}
	}
	scores := make([]Score, len(items))
	for _, block := range train.Packed(units, s.Tokens) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return nil, err
		}
		logits, err := s.Engine.Predicting(s.Weights, batch)
		if err != nil {
			return nil, err
		}
		for k, i := range block.Units {
			scores[i] = expected(logits[k], ids)
		}
	}
	return scores, nil
}

// expected is the mean digit under the softmax over the digits; parsed where a digit is the likeliest token of all.
func expected(logits []float32, ids []int) Score {
	best := 0
	for id, x := range logits {
		if x > logits[best] {
			best = id
		}
	}
	parsed := false
	total, sum := 0.0, 0.0
	for digit, id := range ids {
		parsed = parsed || id == best
		p := math.Exp(float64(logits[id] - logits[best]))
		total += p
		sum += p * float64(digit+1)
	}
	if !parsed {
		return Score{}
	}
	return Score{sum / total, true}
}
