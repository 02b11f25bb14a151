package run

import (
	"context"
	"math"

	"congrad/eval/task"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/store"
	"congrad/harness/train"
)

// answerSettings are what greedy answers depend on beside the policy.
type answerSettings struct {
	Prompts   string
	Split     string
	Languages []string
	Per       int
	MaxTokens int
	Rows      int
}

// heldPrompts lists the evaluation's prompts, language by language.
func (e *Env) heldPrompts(s answerSettings) ([]data.Prompt, error) {
	var prompts []data.Prompt
	for _, lang := range s.Languages {
		list, err := e.Source.Held(s.Split, lang, s.Per)
		if err != nil {
			return nil, err
		}
		prompts = append(prompts, list...)
	}
	return prompts, nil
}

// answer lets a policy answer the held-out prompts greedily.
func (p *planner) answer(policy *Stage, languages []string, who string) (*Stage, error) {
	s := p.answerSettings(languages)
	return p.stage("answer", "answer held-out prompts, "+who, 1, s, []*Stage{policy}, len(s.Languages)*s.Per,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			prompts, err := e.heldPrompts(s)
			if err != nil {
				return nil, err
			}
			answers, err := e.answers(ctx, stage, policy, prompts, 1, decode.Settings{MaxTokens: s.MaxTokens, Stop: e.Chat.Stop(), Rows: s.Rows}, 0)
			if err != nil {
				return nil, err
			}
			return output("answers", answers)
		})
}

func (p *planner) answerSettings(languages []string) answerSettings {
	e := p.experiment
	return answerSettings{p.env.Source.Version(), e.Evaluate.Split, languages, p.limited(e.Evaluate.PerLanguage), e.Generate.MaxTokens, e.Batch.Rows}
}

// judgedAnswers lets the model that all arms start from judge the answers to held-out prompts: one judge for all of them. By the
// known answer, which needs none, it is nil.
func (p *planner) judgedAnswers(base, answers *Stage, languages []string, who string) (*Stage, error) {
	kind, tokens := p.experiment.Evaluate.Judge, p.experiment.Batch.Tokens
	if kind == "reference" {
		return nil, nil
	}
	settings := struct {
		Kind   string
		Tokens int
	}{kind, tokens}
	held := p.answerSettings(languages)
	return p.stage("judge", "judge held-out answers, "+who, 1, settings, []*Stage{answers, base}, len(held.Languages)*held.Per,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			list, err := readLines[answer](e, answers, "answers")
			if err != nil {
				return nil, err
			}
			prompts, err := e.heldPrompts(held)
			if err != nil {
				return nil, err
			}
			j, err := e.selfJudge(base, tokens)
			if err != nil {
				return nil, err
			}
			scores, err := e.scores(ctx, stage, j, judgeItems(list, prompts))
			if err != nil {
				return nil, err
			}
			return output("scores", scores)
		})
}

// taskSettings are what a task's scores depend on beside the policy.
type taskSettings struct {
	Items     string
	Task      task.Task
	Languages []string
	Per       int
	Tokens    int
}

// task measures a policy on one task of the alignment tax.
func (p *planner) task(policy *Stage, t task.Task, languages []string, who string) (*Stage, error) {
	e := p.experiment
	s := taskSettings{p.env.Items.Version(), t, languages, p.limited(e.Evaluate.TaskItems), e.Batch.Tokens}
	return p.stage("task", t.Name+", "+who, 1, s, []*Stage{policy}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			if t.Kind == task.Text {
				return e.text(ctx, stage, policy, s)
			}
			return e.choose(ctx, stage, policy, s)
		})
}

// choose scores a multiple-choice task: the option with the highest log-likelihood behind the prompt, its end included.
func (e *Env) choose(ctx context.Context, stage, policy *Stage, s taskSettings) (map[string][]byte, error) {
	var items []data.Choice
	var units [][]nn.Row
	for _, lang := range s.Languages {
		for _, c := range e.Items.Choices(lang, s.Per) {
			items = append(items, c)
			for _, option := range c.Options {
				units = append(units, []nn.Row{{Prompt: e.Chat.Prompt(c.Text), Answer: e.Chat.Answer(option)}})
			}
		}
	}
	scores, err := logProbs(ctx, e, stage, policy, units, s.Tokens, logLikelihood)
	if err != nil {
		return nil, err
	}
	choices := make([]record.Choice, len(items))
	for i, c := range items {
		choices[i] = record.Choice{Task: s.Task.Name, Lang: c.Lang, Item: c.ID, Cluster: c.Cluster, Right: c.Right, Options: len(c.Options)}
		best, bestNorm := 0, 0
		perByte := func(k int) float64 { return scores[k] / float64(max(1, len(c.Options[k]))) }
		for k := range c.Options {
			if scores[k] > scores[best] {
				best = k
			}
			if perByte(k) > perByte(bestNorm) {
				bestNorm = k
			}
		}
		choices[i].Picked, choices[i].Correct, choices[i].CorrectNorm = best, best == c.Right, bestNorm == c.Right
		scores = scores[len(c.Options):]
	}
	return output("choices", choices)
}

// text scores plain text: -log2 p of each passage.
func (e *Env) text(ctx context.Context, stage, policy *Stage, s taskSettings) (map[string][]byte, error) {
	var passages []record.Passage
	var units [][]nn.Row
	for _, lang := range s.Languages {
		for _, p := range e.Items.Passages(lang, s.Per) {
			passages = append(passages, record.Passage{Task: s.Task.Name, Lang: lang, Item: p.ID, Cluster: p.Cluster, Bytes: len(p.Text)})
			units = append(units, []nn.Row{{Prompt: e.Chat.Plain(), Answer: e.Chat.Encode(p.Text)}})
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

// logProbs has the device score the answers of all units, and reduces the token log-probs of each unit's rows to a value.
func logProbs[T any](ctx context.Context, e *Env, stage, policy *Stage, units [][]nn.Row, tokens int, reduce func(rows [][]float64) T) ([]T, error) {
	w, err := e.policy(policy)
	if err != nil {
		return nil, err
	}
	each := 1 // rows of a unit, as many in all
	if len(units) > 0 {
		each = len(units[0])
	}
	blocks := train.Blocks(units, each, tokens)
	stage.Size = len(units)
	parts, err := store.Units(ctx, e.scratch(stage), len(blocks), func(i int) ([]T, error) {
		batch, err := blocks[i].Batch(units)
		if err != nil {
			return nil, err
		}
		rows, err := e.Engine.LogProbs(w, batch)
		if err != nil {
			return nil, err
		}
		part := make([]T, len(blocks[i].Units))
		for k := range part {
			part[k] = reduce(rows[k*each : (k+1)*each])
		}
		e.Report.Advance(len(part), 0)
		return part, nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]T, len(units))
	for b, block := range blocks {
		for k, i := range block.Units {
			list[i] = parts[b][k]
		}
	}
	return list, nil
}

// logLikelihood is that of a unit of one row.
func logLikelihood(rows [][]float64) (total float64) {
	for _, logp := range rows[0] {
		total += logp
	}
	return total
}
