package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congrad/harness/config"
	"congrad/harness/judge/endpoint"
)

// longestRequest is how long a server may take over one comparison.
const longestRequest = 5 * time.Minute

// endpointSettings are what the verdicts of an experiment's server depend on.
func endpointSettings(v config.Endpoint) (endpoint.Settings, error) {
	template, err := endpoint.Template(v.Instructions)
	if err != nil {
		err = fmt.Errorf("evaluate.endpoint.instructions: %w", err)
	}
	return endpoint.Settings{URL: v.URL, Model: v.Model, Template: template, MaxTokens: v.MaxTokens, LogProbs: v.LogProbs}, err
}

// compared has a server compare a model's answers to held-out prompts with the opponent's. It is nil where they are the same stage,
// since nothing is asked about an answer and itself, and where no server judges.
func (p *planner) compared(answers *Stage, languages []string, who string) (*Stage, error) {
	v := p.experiment.Evaluate
	if v.Judge != "endpoint" {
		return nil, nil
	}
	opponent := p.plan.given
	if opponent == nil {
		var err error
		if opponent, err = p.answer(p.start, p.experiment.Languages.All(), v.Opponent); err != nil || opponent == answers {
			return nil, err
		}
	}
	settings, err := endpointSettings(v.Endpoint)
	if err != nil {
		return nil, err
	}
	limits := endpoint.Limits{
		KeyEnv: v.Endpoint.KeyEnv, Parallel: v.Endpoint.Parallel, Retries: v.Endpoint.Retries, MaxRequests: v.Endpoint.MaxRequests, Timeout: longestRequest,
	}
	held := p.answerSettings(languages)
	s, err := newStage("compare", "compare held-out answers, "+who, 1, settings, "", []*Stage{answers, opponent}, answers.Size,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			pairs, err := e.comparisons(held, answers, opponent)
			if err != nil {
				return nil, err
			}
			stage.Size = len(pairs)
			replies, err := e.Store.Replies(settings.URL + "\n" + settings.Model)
			if err != nil {
				return nil, err
			}
			if e.server == nil {
				e.server = &endpoint.Session{Retrying: e.Report.Note}
			}
			verdicts, err := endpoint.New(settings, limits, replies, e.server).Compare(ctx, pairs, func(n int) { e.Report.Advance(n, 0) })
			if err = errors.Join(err, replies.Close()); err != nil {
				return nil, err
			}
			return output("verdicts", verdicts)
		})
	if err == nil {
		s.Requests = 2 * s.Size
	}
	return p.add(s, err)
}

// comparisons joins two models' answers to the prompts that the first has answered, in its order.
func (e *Env) comparisons(held answerSettings, answers, opponent *Stage) ([]endpoint.Pair, error) {
	ours, err := readLines[answer](e, answers, "answers")
	if err != nil {
		return nil, err
	}
	theirs, err := readLines[answer](e, opponent, "answers")
	if err != nil {
		return nil, err
	}
	prompts, err := e.heldPrompts(held)
	if err != nil {
		return nil, err
	}
	byID, against := promptsByID(prompts), map[string]string{}
	for _, a := range theirs {
		against[a.Prompt] = a.Text
	}
	pairs := make([]endpoint.Pair, len(ours))
	for i, a := range ours {
		pairs[i] = endpoint.Pair{Instruction: byID[a.Prompt].Text, Answer: a.Text, Opponent: against[a.Prompt]}
	}
	return pairs, nil
}

// Requests is how many requests stages make at most of a server, retries left aside.
func Requests(stages []*Stage) (n int) {
	for _, s := range stages {
		n += s.Requests
	}
	return n
}
