package run

import (
	"context"
	"fmt"
	"math"
	"unicode/utf8"

	"congrad/eval/task"
	"congrad/harness/data"
	"congrad/harness/nn"
	"congrad/harness/record"
)

// taskSettings are what a task's scores depend on beside the policy.
type taskSettings struct {
	Items     string
	Task      task.Task
	Languages []string
	Per       int
	Tokens    int
	Rows      int `json:",omitempty"` // answers side by side, where there are any
}

// items are those of one task.
type items interface {
	Choices(lang string, n int) []data.Choice
	Passages(lang string, n int) []data.Passage
}

// items returns those of a task: the world's, or files'.
func (e *Env) items(t task.Task) items {
	if t.Spec == nil {
		return e.Items
	}
	return e.Exams[t.Name]
}

// task measures a policy on one task of the alignment tax.
func (p *planner) task(policy *Stage, t task.Task, languages []string, who string) (*Stage, error) {
	e := p.experiment
	s := taskSettings{p.env.Items.Version(), t, languages, p.limited(e.Evaluate.TaskItems), e.Batch.Tokens, 0}
	if t.Spec != nil {
		exam := p.env.Exams[t.Name]
		if exam == nil {
			return nil, fmt.Errorf("task %s: its files were not read", t.Name)
		}
		var err error
		if s.Items, err = exam.Version(languages); err != nil {
			return nil, err
		}
		s.Task.Title = "" // is for people
		if t.Kind == task.Generate {
			s.Tokens, s.Rows = 0, e.Batch.Rows
		}
	}
	return p.stage("task", t.Name+", "+who, 1, s, []*Stage{policy}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			switch t.Kind {
			case task.Text:
				return e.text(ctx, stage, policy, s)
			case task.Generate:
				return e.ask(ctx, stage, policy, s)
			}
			return e.choose(ctx, stage, policy, s)
		})
}

// optionRows are the rows whose log-likelihoods are compared, one for each option. Of the embedded world's items the end of
// the answer is scored, too; of files' it is not, as is usual where scores are to be compared with others'.
func (e *Env) optionRows(t task.Task, c data.Choice) ([]nn.Row, error) {
	rows := make([]nn.Row, len(c.Options))
	for k, option := range c.Options {
		switch {
		case t.Spec == nil:
			rows[k] = nn.Row{Prompt: e.Chat.Prompt(c.Text), Answer: e.Chat.Answer(option)}
		case t.Spec.Prompt.Layout == task.Chat:
			rows[k] = nn.Row{Prompt: e.Chat.Prompt(c.Text), Answer: e.Chat.Encode(option)}
		}
	}
	if t.Spec != nil && t.Spec.Prompt.Layout == task.Plain {
		options := make([]string, len(c.Options))
		for k, option := range c.Options {
			options[k] = t.Spec.Prompt.Delimiter + option
		}
		prompt, answers := e.Chat.Continuations(c.Text, options)
		for k := range rows {
			rows[k] = nn.Row{Prompt: prompt, Answer: answers[k]}
		}
	}
	for k, r := range rows {
		if len(r.Answer) == 0 {
			return nil, fmt.Errorf("item %s: option %d, %q, comes to no tokens", c.ID, k, c.Options[k])
		}
	}
	return rows, nil
}

// passageRow is the row of a text.
func (e *Env) passageRow(p data.Passage) nn.Row {
	return nn.Row{Prompt: e.Chat.Plain(), Answer: e.Chat.Encode(p.Text)}
}

// choose scores a multiple-choice task: the option with the highest log-likelihood behind the prompt.
func (e *Env) choose(ctx context.Context, stage, policy *Stage, s taskSettings) (map[string][]byte, error) {
	var items []data.Choice
	var units [][]nn.Row
	for _, lang := range s.Languages {
		for _, c := range e.items(s.Task).Choices(lang, s.Per) {
			rows, err := e.optionRows(s.Task, c)
			if err != nil {
				return nil, err
			}
			items = append(items, c)
			for _, row := range rows {
				units = append(units, []nn.Row{row})
			}
		}
	}
	scores, err := logProbs(ctx, e, stage, policy, units, s.Tokens, logLikelihood)
	if err != nil {
		return nil, err
	}
	choices := make([]record.Choice, len(items))
	for i, c := range items {
		own := scores[:len(c.Options)]
		scores = scores[len(c.Options):]
		choices[i] = record.Choice{Task: s.Task.Name, Lang: c.Lang, Item: c.ID, Cluster: c.Cluster, Right: c.Right, Options: len(c.Options)}
		choices[i].Picked = best(own, c.Options, func(string) int { return 1 })
		choices[i].Correct = choices[i].Picked == c.Right
		choices[i].CorrectNorm = best(own, c.Options, func(s string) int { return len(s) }) == c.Right
		if s.Task.Spec != nil {
			chars := best(own, c.Options, utf8.RuneCountInString) == c.Right
			choices[i].CorrectChars, choices[i].LogLikelihoods = &chars, own
		}
	}
	return output("choices", choices)
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

// text scores plain text: -log2 p of each passage.
func (e *Env) text(ctx context.Context, stage, policy *Stage, s taskSettings) (map[string][]byte, error) {
	var passages []record.Passage
	var units [][]nn.Row
	for _, lang := range s.Languages {
		for _, p := range e.items(s.Task).Passages(lang, s.Per) {
			passages = append(passages, record.Passage{Task: s.Task.Name, Lang: lang, Item: p.ID, Cluster: p.Cluster, Bytes: len(p.Text)})
			units = append(units, []nn.Row{e.passageRow(p)})
		}
	}
	scores, err := logProbs(ctx, e, stage, policy, units, s.Tokens, logLikelihood)
	if err != nil {
		return nil, err
	}
	for i, nats := range scores {
		passages[i].Bits = -nats / math.Ln2
	}
	return output("passages", passages)
}

// collect adds a task's items, of whichever kind the stage left.
func (f final) collect(e *Env, s *Stage, set *record.Set) error {
	a, err := e.Store.Get(s.Key)
	if err != nil {
		return err
	}
	switch a.Meta.Files[0].Name {
	case "choices.jsonl":
		list, err := readLines[record.Choice](e, s, "choices")
		for _, x := range list {
			x.Seed, x.Arm = f.seed, f.arm.Name
			set.Choices = append(set.Choices, x)
		}
		return err
	case "replies.jsonl":
		list, err := readLines[record.Reply](e, s, "replies")
		for _, x := range list {
			x.Seed, x.Arm = f.seed, f.arm.Name
			set.Replies = append(set.Replies, x)
		}
		return err
	}
	list, err := readLines[record.Passage](e, s, "passages")
	for _, x := range list {
		x.Seed, x.Arm = f.seed, f.arm.Name
		set.Passages = append(set.Passages, x)
	}
	return err
}
