package evaluation

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Choices is a multiple-choice task: the option with the highest log-likelihood after the prompt.
type Choices struct{ Task }

// Kind of the stage.
func (Choices) Kind() kind.Kind {
	return kind.Kind{Name: "choices", Version: 3, Title: "alignment tax: choices"}
}

// Do leaves choices.jsonl.
func (t Choices) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	x, err := t.resolve(b)
	if err != nil {
		return nil, err
	}
	var items []data.Choice
	var units [][]nn.Row
	for _, lang := range t.Languages {
		for _, c := range b.ItemsOf(x).Choices(lang, t.Per) {
			rows, err := optionRows(b, x, c)
			if err != nil {
				return nil, err
			}
			items, units = append(items, c), append(units, rows)
		}
	}
	scores, err := kind.LogProbs(ctx, d, b, t.Policy, units, t.Batch, kind.LogLikelihoods)
	if err != nil {
		return nil, err
	}
	choices := make([]record.Choice, len(items))
	for i, c := range items {
		c.Options = slices.Clone(c.Options) // the exam's
		for k, option := range c.Options {  // lengths are those of what is scored
			c.Options[k] = b.Chat.Predicted(option)
		}
		choices[i] = choice(x, c, scores[i])
	}
	return stage.Output("choices", choices)
}

// choice is what a model picks, given its scores of the options.
func choice(t task.Task, c data.Choice, scores []float64) record.Choice {
	x := record.Choice{Task: t.Name, Lang: c.Lang, Item: c.ID, Cluster: c.Cluster, Right: c.Right, Options: len(c.Options)}
	x.Picked = best(scores, c.Options, func(string) int { return 1 })
	x.Correct = x.Picked == c.Right
	x.CorrectNorm = best(scores, c.Options, func(s string) int { return len(s) }) == c.Right
	if t.Spec != nil {
		chars := best(scores, c.Options, utf8.RuneCountInString) == c.Right
		x.CorrectChars, x.LogLikelihoods = &chars, scores
	}
	return x
}

// best is the option with the highest score per unit of its length, the first of equal ones.
func best(scores []float64, options []string, length func(string) int) (at int) {
	per := func(k int) float64 { return scores[k] / float64(max(1, length(options[k]))) }
	for k := range options {
		if per(k) > per(at) {
			at = k
		}
	}
	return at
}

// optionRows are the rows whose log-likelihoods are compared, one for each option. Of the embedded world's items the end of
// the answer is scored, too; of files' it is not, as is usual where scores are to be compared with others'.
func optionRows(b *bench.Bench, t task.Task, c data.Choice) ([]nn.Row, error) {
	rows := make([]nn.Row, len(c.Options))
	var ask []int
	if t.Spec == nil || t.Spec.Prompt.Layout == task.Chat {
		var err error
		if ask, err = b.Chat.Prompt(c.Text); err != nil {
			return nil, fmt.Errorf("item %s: %w", c.ID, err)
		}
	}
	for k, option := range c.Options {
		switch {
		case t.Spec == nil:
			answer, err := b.Chat.Answer(option)
			if err != nil {
				return nil, fmt.Errorf("item %s: option %d: %w", c.ID, k, err)
			}
			rows[k] = nn.Row{Prompt: ask, Answer: answer}
		case t.Spec.Prompt.Layout == task.Chat:
			rows[k] = nn.Row{Prompt: ask, Answer: b.Chat.Follows(option)}
		}
	}
	if t.Spec != nil && t.Spec.Prompt.Layout == task.Plain {
		options := make([]string, len(c.Options))
		for k, option := range c.Options {
			options[k] = t.Spec.Prompt.Delimiter + option
		}
		prompt, answers := b.Chat.Continuations(c.Text, options)
		for k := range rows {
			rows[k] = nn.Row{Prompt: prompt, Answer: answers[k]}
		}
	}
	for k, r := range rows {
		if len(r.Answer) == 0 {
			return nil, fmt.Errorf("item %s: option %d, %q, has no tokens", c.ID, k, c.Options[k])
		}
	}
	return rows, nil
}

// Record adds the items.
func (t Choices) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := stage.Lines[record.Choice](s, s.Own, "choices")
	for _, x := range list {
		x.Seed, x.Arm = at.Seed, at.Arm.Name
		set.Choices = append(set.Choices, x)
	}
	return err
}

// Forecast counts the rows of all options.
func (t Choices) Forecast(_ int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	return t.forecast(b, func(x task.Task) forecast.Stage {
		var all reading
		for _, lang := range t.Languages {
			for _, c := range b.ItemsOf(x).Choices(lang, t.Per) {
				rows, _ := optionRows(b, x, c) // what is wrong with an item is said when it is asked
				all.add(rows)
			}
		}
		return all.forecast(l, t.Batch)
	})
}

// forecast is a stage that reads the rows.
func (x reading) forecast(l kind.Lengths, tokens int) forecast.Stage {
	if x.units == 0 {
		return forecast.Stage{}
	}
	n := float64(x.units)
	return l.Reads(x.units, float64(x.tokens)/n, float64(x.answers)/n, x.longest, x.most, tokens)
}
