package kind

import (
	"context"
	"fmt"
	"math/rand/v2"

	"congrad/harness/bench"
	"congrad/harness/decode"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/train"
)

// Probe is a fixed set of held-out prompts on which the drift of policies from a model is measured, and how their answers are sampled: one
// to each prompt, with random numbers that do not depend on the policy.
type Probe struct {
	Start       bench.Policy
	Asked       bench.Asked
	Temperature float64
	TopP        float64
	MaxTokens   int
	Rows        int // answers side by side
	Batch       int // tokens
	Seed        uint64
}

// Settings say how answers are drawn.
func (p Probe) Settings(b *bench.Bench) decode.Settings {
	return decode.Settings{Temperature: p.Temperature, TopP: p.TopP, MaxTokens: p.MaxTokens, Stops: b.Chat.Ends(), Rows: p.Rows}
}

// Drift is KL(w || start) in nats per token of w's sampled answers, as a drift stage has it: of next-token distributions, exact over the
// vocabulary at temperature 1. Equal weights have exactly zero. Without a token it is zero.
func (p Probe) Drift(ctx context.Context, b *bench.Bench, w, start *nn.Weights) (float64, error) {
	prompts, err := b.Prompts(p.Asked)
	if err != nil {
		return 0, err
	}
	asked := make([]decode.Prompt, len(prompts))
	for i, x := range prompts {
		ask, err := b.Chat.Prompt(x.Text)
		if err != nil {
			return 0, fmt.Errorf("prompt %s: %w", x.ID, err)
		}
		asked[i] = decode.Prompt{Tokens: ask, Stream: func(sample int) *rand.Rand {
			return rng.Stream(p.Seed, "sample", x.Lang, x.ID, fmt.Sprint(sample))
		}}
	}
	units := make([][]nn.Row, len(prompts))
	how := p.Settings(b)
	for _, block := range decode.Blocks(asked, 1, p.Rows) {
		answers, err := decode.Answers(ctx, b.Engine, w, asked, block, 1, how)
		if err != nil {
			return 0, err
		}
		for k, i := range block.Prompts {
			a := Answer{Tokens: answers[k][0].Tokens, Finished: answers[k][0].Finished}
			units[i] = []nn.Row{{Prompt: asked[i].Tokens, Answer: a.Whole(b.Chat.Stop())}}
		}
	}
	nats, tokens := 0.0, 0
	for _, block := range train.Packed(units, p.Batch) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return 0, err
		}
		forward, _, err := b.Engine.Divergence(w, start, batch)
		if err != nil {
			return 0, err
		}
		for _, row := range forward[:len(block.Units)] {
			tokens += len(row)
			for _, x := range row {
				nats += x
			}
		}
	}
	return nats / float64(max(1, tokens)), nil
}
