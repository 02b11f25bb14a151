package sampling

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Generate samples a policy's answers to an iteration's prompts.
type Generate struct {
	Policy bench.Policy
	Asked  bench.Asked
	config.Generate
	Rows int // answers side by side
	kind.Device
}

// Kind of the stage.
func (Generate) Kind() kind.Kind {
	return kind.Kind{Name: "generate", Version: 2, Title: "sampling answers"}
}

// Title says what the stage does.
func (Generate) Title() string { return "sample answers" }

// Inputs are the policy.
func (g Generate) Inputs() []stage.Ref { return []stage.Ref{g.Policy.Stage} }

// Do leaves answers.jsonl: the answers in the order of the prompts.
func (g Generate) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	prompts, err := b.Prompts(g.Asked)
	if err != nil {
		return nil, err
	}
	answers, err := kind.Answered(ctx, d, b, g.Policy, prompts, g.Samples, decode.Settings{
		Temperature: g.Temperature, TopP: g.TopP, MaxTokens: g.MaxTokens, Stops: b.Chat.Ends(), Rows: g.Rows,
	}, g.Asked.Seed)
	if err != nil {
		return nil, err
	}
	return stage.Output("answers", answers)
}

// Record adds the prompts. The answers are recorded with their scores, see Judge.
func (g Generate) Record(_ stage.Shelf, b *bench.Bench, _ kind.Place, set *record.Set) error {
	prompts, err := b.Prompts(g.Asked)
	RecordPrompts(set, prompts)
	return err
}

// RecordPrompts records prompts that are not recorded yet.
func RecordPrompts(set *record.Set, prompts []data.Prompt) {
	there := map[string]bool{}
	for _, p := range set.Prompts {
		there[p.ID] = true
	}
	for _, p := range prompts {
		if !there[p.ID] {
			there[p.ID] = true
			set.Prompts = append(set.Prompts, record.Prompt{ID: p.ID, Lang: p.Lang, Text: p.Text, Right: p.Right, Kind: p.Kind})
		}
	}
}

// Tokens are those of the answers.
func (Generate) Tokens(s stage.Shelf) (generated, trained int, err error) {
	generated, err = kind.Generated(s)
	return generated, 0, err
}

// Forecast counts answers.
func (g Generate) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Decodes(size, g.Samples, g.Rows)
}
