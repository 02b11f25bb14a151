package evaluation

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Sampled has a policy sample answers to the held-out prompts. The random numbers of an answer depend on the seed, its prompt and its
// number, and on no policy: arms share them, so that the noise of sampling cancels in part when their answers are compared.
type Sampled struct {
	Policy      bench.Policy
	Asked       bench.Asked
	Number      int // answers to each prompt
	Temperature float64
	TopP        float64
	MaxTokens   int
	Rows        int // answers side by side
	Seed        uint64
	kind.Device
}

// Kind of the stage.
func (Sampled) Kind() kind.Kind {
	return kind.Kind{Name: "sampled", Version: 1, Title: "sampling answers to held-out prompts"}
}

// Title says what the stage does.
func (Sampled) Title() string { return "sample answers to held-out prompts" }

// Inputs are the policy.
func (x Sampled) Inputs() []stage.Ref { return []stage.Ref{x.Policy.Stage} }

// Do leaves answers.jsonl: the answers in the order of the prompts.
func (x Sampled) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	prompts, err := b.Prompts(x.Asked)
	if err != nil {
		return nil, err
	}
	answers, err := kind.Answered(ctx, d, b, x.Policy, prompts, x.Number, decode.Settings{
		Temperature: x.Temperature, TopP: x.TopP, MaxTokens: x.MaxTokens, Stops: b.Chat.Ends(), Rows: x.Rows,
	}, x.Seed)
	if err != nil {
		return nil, err
	}
	return stage.Output("answers", answers)
}

// Record adds the prompts, and the answers with how they fare against the opponent's of the same number.
func (x Sampled) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := trials(s, b, x.Asked, at, set)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Sample = i%x.Number + 1
	}
	set.Trials = append(set.Trials, list...)
	return nil
}

// Tokens are those of the answers.
func (Sampled) Tokens(s stage.Shelf) (generated, trained int, err error) {
	generated, err = kind.Generated(s)
	return generated, 0, err
}

// Forecast counts answers.
func (x Sampled) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Decodes(size, x.Number, x.Rows)
}
