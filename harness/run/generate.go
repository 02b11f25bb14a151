package run

import (
	"context"
	"math/rand/v2"
	"strconv"

	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/rng"
	"congrad/harness/store"
)

// answer is one answer in a stage's artefact.
type answer struct {
	Lang     string  `json:"lang"`
	Prompt   string  `json:"prompt"` // id
	Sample   int     `json:"sample"`
	Tokens   []int   `json:"tokens"`
	Finished bool    `json:"finished"`
	Text     string  `json:"text"`
	Known    float64 `json:"known"`
}

// generateSettings are what sampled answers depend on beside the policy.
type generateSettings struct {
	Prompts   string // version of the source
	Languages []string
	Seed      uint64
	Iteration int
	Per       int
	Generate  config.Generate
	Rows      int
}

// generate samples answers to an iteration's prompts.
func (p *planner) generate(policy *Stage, s generateSettings, where string) (*Stage, error) {
	return p.stage("generate", "sample answers, "+where, 1, s, []*Stage{policy}, len(s.Languages)*s.Per*s.Generate.Samples,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			prompts, err := e.preferencePrompts(s)
			if err != nil {
				return nil, err
			}
			answers, err := e.answers(ctx, stage, policy, prompts, s.Generate.Samples, decode.Settings{
				Temperature: s.Generate.Temperature, TopP: s.Generate.TopP, MaxTokens: s.Generate.MaxTokens, Stop: e.Chat.Stop(), Rows: s.Rows,
			}, s.Seed)
			if err != nil {
				return nil, err
			}
			return output("answers", answers)
		})
}

// preferencePrompts lists an iteration's prompts, language by language.
func (e *Env) preferencePrompts(s generateSettings) ([]data.Prompt, error) {
	var prompts []data.Prompt
	for _, lang := range s.Languages {
		list, err := e.Source.Preference(s.Seed, lang, s.Iteration, s.Per)
		if err != nil {
			return nil, err
		}
		prompts = append(prompts, list...)
	}
	return prompts, nil
}

// answers lets a policy answer prompts, n times each, and returns the answers in the order of the prompts. Finished blocks
// stay in the stage's scratch.
func (e *Env) answers(ctx context.Context, stage, policy *Stage, prompts []data.Prompt, n int, s decode.Settings, seed uint64) ([]answer, error) {
	w, err := e.policy(policy)
	if err != nil {
		return nil, err
	}
	asked := make([]decode.Prompt, len(prompts))
	for i, p := range prompts {
		asked[i] = decode.Prompt{Tokens: e.Chat.Prompt(p.Text), Stream: func(sample int) *rand.Rand {
			return rng.Stream(seed, "sample", p.Lang, p.ID, strconv.Itoa(sample))
		}}
	}
	blocks := decode.Blocks(asked, n, s.Rows)
	made, err := store.Units(ctx, e.scratch(stage), len(blocks), func(i int) ([][]decode.Answer, error) {
		list, err := decode.Answers(ctx, e.Engine, w, asked, blocks[i], n, s)
		if err != nil {
			return nil, err
		}
		tokens := 0
		for _, answers := range list {
			for _, a := range answers {
				tokens += len(a.Tokens)
			}
		}
		e.Report.Advance(len(list)*n, tokens)
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	answers := make([]answer, len(prompts)*n)
	for b, block := range blocks {
		for k, i := range block.Prompts {
			for sample, a := range made[b][k] {
				p := prompts[i]
				text := e.Chat.Decode(a.Tokens)
				answers[i*n+sample] = answer{p.Lang, p.ID, sample, a.Tokens, a.Finished, text, known(text, p.Right)}
			}
		}
	}
	return answers, nil
}
