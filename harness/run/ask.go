package run

import (
	"context"

	"congrad/eval/task"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/record"
	"congrad/harness/store"
)

// questionPrompt is what a greedy answer goes on with, and the token that ends it.
func (e *Env) questionPrompt(t task.Task, q data.Question) (prompt []int, stop int) {
	if t.Spec.Prompt.Layout == task.Chat {
		return e.Chat.Prompt(q.Text), e.Chat.Stop()
	}
	return e.Chat.Open(e.Chat.Encode(q.Text)), e.Chat.End()
}

// ask scores a task of greedy answers: the share of exact matches.
func (e *Env) ask(ctx context.Context, stage, policy *Stage, s taskSettings) (map[string][]byte, error) {
	t := s.Task
	var asked []data.Question
	var prompts []decode.Prompt
	settings := decode.Settings{MaxTokens: t.Spec.Answer.MaxTokens, Rows: s.Rows}
	for _, lang := range s.Languages {
		for _, q := range e.Exams[t.Name].Questions(lang, s.Per) {
			prompt, stop := e.questionPrompt(t, q)
			settings.Stop = stop
			asked, prompts = append(asked, q), append(prompts, decode.Prompt{Tokens: prompt})
		}
	}
	w, err := e.policy(policy)
	if err != nil {
		return nil, err
	}
	stage.Size = len(asked)
	blocks := decode.Blocks(prompts, 1, s.Rows)
	made, err := store.Units(ctx, e.scratch(stage), len(blocks), func(i int) ([][]decode.Answer, error) {
		list, err := decode.Answers(ctx, e.Engine, w, prompts, blocks[i], 1, settings)
		e.Report.Advance(len(list), 0)
		return list, err
	})
	if err != nil {
		return nil, err
	}
	replies := make([]record.Reply, len(asked))
	for b, block := range blocks {
		for k, i := range block.Prompts {
			q := asked[i]
			text := task.Cut(e.Chat.Decode(made[b][k][0].Tokens), t.Spec.Answer.Until)
			replies[i] = record.Reply{Task: t.Name, Lang: q.Lang, Item: q.ID, Cluster: q.Cluster, Text: text, Exact: task.Exact(text, q.Right)}
		}
	}
	return output("replies", replies)
}
