package evaluation

import (
	"context"
	"fmt"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Replies is a task of greedy answers: the share of exact matches.
type Replies struct{ Task }

// Kind of the stage.
func (Replies) Kind() kind.Kind {
	return kind.Kind{Name: "replies", Version: 3, Title: "alignment tax: greedy answers"}
}

// questionPrompt is what a greedy answer continues.
func questionPrompt(b *bench.Bench, t task.Task, q data.Question) ([]int, error) {
	if t.Spec.Prompt.Layout == task.Chat {
		return b.Chat.Prompt(q.Text)
	}
	return b.Chat.Open(b.Chat.Encode(q.Text)), nil
}

// Do leaves replies.jsonl.
func (t Replies) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	x, err := t.resolve(b)
	if err != nil {
		return nil, err
	}
	var asked []data.Question
	var prompts []decode.Prompt
	settings := decode.Settings{MaxTokens: x.Spec.Answer.MaxTokens, Stops: b.Chat.Ends(), Rows: t.Rows}
	for _, lang := range t.Languages {
		for _, q := range b.Exams[x.Name].Questions(lang, t.Per) {
			prompt, err := questionPrompt(b, x, q)
			if err != nil {
				return nil, fmt.Errorf("item %s: %w", q.ID, err)
			}
			asked, prompts = append(asked, q), append(prompts, decode.Prompt{Tokens: prompt})
		}
	}
	w, release, err := b.Policy(d.Shelf, t.Policy)
	if err != nil {
		return nil, err
	}
	defer release()
	d.Expect(len(asked))
	blocks := decode.Blocks(prompts, 1, t.Rows)
	made, err := store.Units(ctx, d.Scratch(), len(blocks), func(i int) ([][]decode.Answer, error) {
		list, err := decode.Answers(ctx, b.Engine, w, prompts, blocks[i], 1, settings)
		d.Advance(len(list), 0)
		return list, err
	})
	if err != nil {
		return nil, err
	}
	replies := make([]record.Reply, len(asked))
	for at, block := range blocks {
		for k, i := range block.Prompts {
			q := asked[i]
			text := task.Cut(b.Chat.Decode(made[at][k][0].Tokens), x.Spec.Answer.Until)
			replies[i] = record.Reply{Task: x.Name, Lang: q.Lang, Item: q.ID, Cluster: q.Cluster, Text: text, Exact: x.Spec.Answer.Exact(text, q.Right)}
		}
	}
	return stage.Output("replies", replies)
}

// Record adds the replies.
func (t Replies) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := stage.Lines[record.Reply](s, s.Own, "replies")
	for _, x := range list {
		x.Seed, x.Arm = at.Seed, at.Arm.Name
		set.Replies = append(set.Replies, x)
	}
	return err
}

// Forecast counts the questions. Answers are taken to be cut.
func (t Replies) Forecast(_ int, b *bench.Bench, _ kind.Lengths) forecast.Stage {
	return t.forecast(b, func(x task.Task) forecast.Stage {
		n, tokens, longest, most := 0, 0, 0, x.Spec.Answer.MaxTokens
		for _, lang := range t.Languages {
			for _, q := range b.Exams[x.Name].Questions(lang, t.Per) {
				prompt, err := questionPrompt(b, x, q)
				if err != nil {
					prompt = b.Chat.Encode(q.Text) // the run says why
				}
				n, tokens, longest = n+1, tokens+nn.Bucket(len(prompt)), max(longest, len(prompt))
			}
		}
		if n == 0 {
			return forecast.Stage{}
		}
		rows := min(t.Rows, nn.Bucket(n))
		return forecast.Stage{
			Work: forecast.Decodes, Tokens: tokens, Answers: n * most, Steps: (n + rows - 1) / rows * most, Answered: rows, Programs: 3,
			Largest: forecast.Block{Rows: rows, Seq: nn.Bucket(longest), Span: most},
		}
	})
}
