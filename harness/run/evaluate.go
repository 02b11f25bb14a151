package run

import (
	"context"

	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/nn"
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

// judgedAnswers lets the model that all arms start from judge the answers to held-out prompts: one judge for all of them. It is nil
// for other judges: the known answer needs no stage, and a server compares, see compared.
func (p *planner) judgedAnswers(base, answers *Stage, languages []string, who string) (*Stage, error) {
	kind, tokens := p.experiment.Evaluate.Judge, p.experiment.Batch.Tokens
	if kind != "self" {
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
