package evaluation

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Drift measures how far a policy has moved from the model that all arms start from: the Kullback-Leibler divergence between their
// next-token distributions, exact over the vocabulary at temperature 1, at each position of answers to held-out prompts.
// KL(policy || start) is taken on the policy's sampled answers and KL(start || policy) on the start's. Summed over an answer and averaged
// over answers drawn at temperature 1, that would be the divergence of the two distributions of answers (by the chain rule); the answers
// here are drawn as evaluate.temperature and evaluate.top_p say, so it is that of the answers that are evaluated.
type Drift struct {
	Policy       bench.Policy
	Start        bench.Policy
	Answers      stage.Ref // the policy's samples
	StartAnswers stage.Ref
	Asked        bench.Asked
	Number       int // samples of each prompt
	Batch        int // tokens
	kind.Device
	kind.Tokenless
}

// Kind of the stage.
func (Drift) Kind() kind.Kind {
	return kind.Kind{Name: "drift", Version: 1, Title: "drift from the start"}
}

// Title says what the stage does.
func (Drift) Title() string { return "drift from the start" }

// Inputs are both policies and their answers.
func (x Drift) Inputs() []stage.Ref {
	return []stage.Ref{x.Policy.Stage, x.Start.Stage, x.Answers, x.StartAnswers}
}

// both are the divergences at the tokens of a row.
type both struct{ forward, reverse []float64 }

// Do leaves drift.jsonl: a line for each of the policy's samples, with the start's of the same number.
func (x Drift) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	units, ours, err := x.units(d.Shelf, b)
	if err != nil {
		return nil, err
	}
	p, release, err := b.Policy(d.Shelf, x.Policy)
	if err != nil {
		return nil, err
	}
	defer release()
	q, release, err := b.Policy(d.Shelf, x.Start)
	if err != nil {
		return nil, err
	}
	defer release()
	sums, err := kind.Scored(ctx, d, units, x.Batch, func(batch *nn.Batch) ([]both, error) {
		forward, reverse, err := b.Engine.Divergence(p, q, batch)
		rows := make([]both, len(forward))
		for i := range rows {
			rows[i] = both{forward[i], reverse[i]}
		}
		return rows, err
	}, summed)
	if err != nil {
		return nil, err
	}
	var list []record.Drift
	for i, unit := range sums {
		for k, drift := range unit {
			a := ours[i*x.Number+k]
			drift.Lang, drift.Prompt, drift.Sample = a.Lang, a.Prompt, k+1
			list = append(list, drift)
		}
	}
	return stage.Output("drift", list)
}

// units are the rows of each prompt: the policy's samples, then the start's. ours are the former as answers.
func (x Drift) units(s stage.Shelf, b *bench.Bench) (units [][]nn.Row, ours []kind.Answer, err error) {
	prompts, err := b.Prompts(x.Asked)
	if err != nil {
		return nil, nil, err
	}
	if ours, err = stage.Lines[kind.Answer](s, x.Answers, "answers"); err != nil {
		return nil, nil, err
	}
	start, err := stage.Lines[kind.Answer](s, x.StartAnswers, "answers")
	if err != nil {
		return nil, nil, err
	}
	theirs := map[string][]kind.Answer{}
	for _, a := range start {
		theirs[a.Prompt] = append(theirs[a.Prompt], a)
	}
	if len(ours) != len(prompts)*x.Number {
		return nil, nil, fmt.Errorf("the policy has %d answers to %d prompts, want %d to each", len(ours), len(prompts), x.Number)
	}
	for i, prompt := range prompts {
		if len(theirs[prompt.ID]) != x.Number {
			return nil, nil, fmt.Errorf("the start has %d answers to the prompt %q, want %d", len(theirs[prompt.ID]), prompt.ID, x.Number)
		}
		ask, err := b.Chat.Prompt(prompt.Text)
		if err != nil {
			return nil, nil, fmt.Errorf("prompt %s: %w", prompt.ID, err)
		}
		var unit []nn.Row
		for _, a := range append(ours[i*x.Number:(i+1)*x.Number:(i+1)*x.Number], theirs[prompt.ID]...) {
			unit = append(unit, nn.Row{Prompt: ask, Answer: a.Whole(b.Chat.Stop())})
		}
		units = append(units, unit)
	}
	return units, ours, nil
}

// summed adds the divergences of a prompt's rows up, half of which are the policy's.
func summed(rows []both) []record.Drift {
	n := len(rows) / 2
	list := make([]record.Drift, n)
	for k := range list {
		ours, theirs := rows[k].forward, rows[n+k].reverse
		list[k].Tokens, list[k].StartTokens = len(ours), len(theirs)
		for _, x := range ours {
			list[k].Nats += x
		}
		for _, x := range theirs {
			list[k].StartNats += x
		}
	}
	return list
}

// Record adds the drift.
func (x Drift) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	prompts, err := b.Prompts(x.Asked)
	if err != nil {
		return err
	}
	find := bench.ByID(prompts)
	list, err := stage.Lines[record.Drift](s, s.Own, "drift")
	for _, r := range list {
		prompt, err := find(r.Prompt)
		if err != nil {
			return err
		}
		r.Seed, r.Arm, r.Iteration, r.Cluster = at.Seed, at.Arm.Name, at.Iteration, prompt.Cluster
		set.Drift = append(set.Drift, r)
	}
	return err
}

// Forecast counts both policies' answers, which both read.
func (x Drift) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	answers := 2 * x.Number
	length := l.Prompt + float64(answers)*(l.Answer-1)
	f := l.Reads(size, length, float64(answers)*l.Answer, l.Longest+answers*(l.Most-1), answers*l.Most, x.Batch)
	f.Passes = 2
	f.Largest.Rows *= 2 // both policies' logits are there together
	return f
}
