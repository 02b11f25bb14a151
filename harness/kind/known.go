package kind

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/nn"
	"congrad/harness/train"
)

// ReferenceLogProbs are the log-probs in nats of the prompts' whole reference answers [prompts], with the token that ends them.
func ReferenceLogProbs(ctx context.Context, b *bench.Bench, w *nn.Weights, prompts []data.Prompt, tokens int) ([]float64, error) {
	units, err := ReferenceRows(b, prompts)
	if err != nil {
		return nil, err
	}
	list := make([]float64, len(prompts))
	for _, block := range train.Packed(units, tokens) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return nil, err
		}
		rows, err := b.Engine.LogProbs(w, batch)
		if err != nil {
			return nil, err
		}
		for k, i := range block.Units {
			list[i] = LogLikelihoods(rows[k : k+1])[0]
		}
	}
	return list, nil
}

// ReferenceRows are the prompts with their reference answers as the device reads them [prompts][1].
func ReferenceRows(b *bench.Bench, prompts []data.Prompt) ([][]nn.Row, error) {
	units := make([][]nn.Row, len(prompts))
	for i, p := range prompts {
		ask, err := b.Chat.Prompt(p.Text)
		if err != nil {
			return nil, fmt.Errorf("prompt %s: %w", p.ID, err)
		}
		answer, err := b.Chat.Answer(p.Right)
		if err != nil {
			return nil, fmt.Errorf("prompt %s: its reference answer: %w", p.ID, err)
		}
		units[i] = []nn.Row{{Prompt: ask, Answer: answer}}
	}
	return units, nil
}
