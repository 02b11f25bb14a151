package run

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"congrad/eval/chrf"
	"congrad/harness/data"
	"congrad/harness/judge"
	"congrad/harness/rng"
	"congrad/harness/store"
)

// known is an answer's score against the known right one: 1 where exact, below 1 else; -1 where none is known.
func known(answer, right string) float64 {
	if right == "" {
		return -1
	}
	return chrf.Known(answer, right)
}

// judgedAtOnce is how many answers a judge is given at once; what it said is kept before the next are asked.
const judgedAtOnce = 1024

// judged lets the judge score a generate stage's answers.
func (p *planner) judged(policy, generated *Stage, g generateSettings, where string) (*Stage, error) {
	kind, noise, tokens := p.experiment.Judge.Kind, p.experiment.Judge.Noise, p.experiment.Batch.Tokens
	settings := struct {
		Kind   string
		Tokens int
		Noise  float64 `json:",omitempty"` // its streams' seed and iteration are those of the answers
	}{kind, tokens, noise}
	inputs, device := []*Stage{generated}, ""
	if kind == "self" {
		inputs, device = append(inputs, policy), p.env.Device
	}
	s, err := newStage("judge", "judge answers, "+where, 1, settings, device, inputs, generated.Size,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			answers, err := readLines[answer](e, generated, "answers")
			if err != nil {
				return nil, err
			}
			prompts, err := e.preferencePrompts(g)
			if err != nil {
				return nil, err
			}
			var j judge.Judge = judge.Reference{}
			if kind == "self" {
				if j, err = e.selfJudge(policy, tokens); err != nil {
					return nil, err
				}
			}
			scores, err := e.scores(ctx, stage, j, judgeItems(answers, prompts))
			if err != nil {
				return nil, err
			}
			if noise > 0 {
				addNoise(scores, answers, judge.NoiseOf(kind, noise), g)
			}
			return output("scores", scores)
		})
	return p.add(s, err)
}

// selfJudge is the policy as a judge.
func (e *Env) selfJudge(policy *Stage, tokens int) (judge.Judge, error) {
	w, err := e.policy(policy)
	if err != nil {
		return nil, err
	}
	return judge.Self{Engine: e.Engine, Weights: w, Chat: e.Chat, Tokens: tokens}, nil
}

// scores has a judge score items. What it said stays in the stage's scratch.
func (e *Env) scores(ctx context.Context, stage *Stage, j judge.Judge, items []judge.Item) ([]judge.Score, error) {
	chunks := (len(items) + judgedAtOnce - 1) / judgedAtOnce
	parts, err := store.Units(ctx, e.scratch(stage), chunks, func(i int) ([]judge.Score, error) {
		part := items[i*judgedAtOnce : min((i+1)*judgedAtOnce, len(items))]
		scores, err := j.Scores(ctx, part)
		if err != nil {
			return nil, err
		}
		e.Report.Advance(len(part), 0)
		return scores, nil
	})
	return slices.Concat(parts...), err
}

// addNoise replaces scores at random, each by a stream of its own.
func addNoise(scores []judge.Score, answers []answer, n judge.Noise, g generateSettings) {
	for i, a := range answers {
		r := rng.Stream(g.Seed, "judge noise", strconv.Itoa(g.Iteration), a.Lang, a.Prompt, strconv.Itoa(a.Sample))
		scores[i] = n.Apply(scores[i], r)
	}
}

// judgeItems joins answers with their prompts.
func judgeItems(answers []answer, prompts []data.Prompt) []judge.Item {
	byID := promptsByID(prompts)
	items := make([]judge.Item, len(answers))
	for i, a := range answers {
		p := byID[a.Prompt]
		items[i] = judge.Item{Instruction: p.Text, Answer: a.Text, Right: p.Right}
	}
	return items
}

func promptsByID(prompts []data.Prompt) map[string]data.Prompt {
	byID := make(map[string]data.Prompt, len(prompts))
	for _, p := range prompts {
		byID[p.ID] = p
	}
	return byID
}

// at names a place in the experiment for people.
func at(seed uint64, iteration int, arm string) string {
	return fmt.Sprintf("seed %d, iteration %d, %s", seed, iteration, arm)
}
