package run

import (
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/kind/evaluation"
	"congrad/harness/kind/sampling"
	"congrad/harness/stage"
)

// final plans the evaluation of a model, in all languages or in its own.
func (p *planner) final(t *trainee, seed uint64) {
	e := p.Experiment
	who := fmt.Sprintf("seed %d, %s", seed, t.name())
	languages := e.Languages.All()
	if t.only != nil {
		languages = t.only
	}
	for i := range len(t.passed) - 1 {
		if e.Evaluate.Iterations {
			f := final{seed: seed, arm: t.arm, iteration: i + 1}
			p.trials(&f, t.passed[i], languages, fmt.Sprintf("%s, iteration %d", who, i+1))
			p.finals = append(p.finals, f)
		}
	}
	f := final{seed: seed, arm: t.arm}
	if e.Trains() {
		p.trials(&f, t.policy, languages, who)
	}
	for _, x := range p.tasks {
		w, err := evaluation.TaskOf(p.bench, t.policy, x, languages, p.limited(e.Evaluate.TaskItems), e.Batch.Tokens, e.Batch.Rows)
		if err != nil {
			p.fail(err)
			return
		}
		f.tasks = append(f.tasks, p.add(w, who, 0))
	}
	p.finals = append(p.finals, f)
}

// trials plans the answers of a policy.
func (p *planner) trials(f *final, policy bench.Policy, languages []string, who string) {
	v := p.Experiment.Evaluate
	f.greedy = p.trial(p.answer, p.answer, policy, languages, who)
	if v.Samples == 0 {
		return
	}
	sampled := p.sampled(f.seed, v.Temperature)
	own := sampled
	if f.arm.OwnTemperature() {
		own = p.sampled(f.seed, f.arm.EvaluateTemperature)
	}
	f.sampled = p.trial(own, sampled, policy, languages, who)
	if !v.Drift || !f.arm.Trained() {
		return
	}
	asked := p.held(p.bench, languages)
	start := sampled(p.base, p.Experiment.Languages.All(), fmt.Sprintf("seed %d, %s", f.seed, p.untouched()))
	f.drift = p.add(evaluation.Drift{
		Policy: policy, Start: p.base, Answers: f.sampled.answer.Key, StartAnswers: start.Key, Asked: asked, Number: v.Samples, Batch: p.Experiment.Batch.Tokens,
	}, who, len(languages)*asked.Per)
}

// held are the prompts that are evaluated on.
func (p *Plan) held(b *bench.Bench, languages []string) bench.Asked {
	v := p.Experiment.Evaluate
	return bench.Asked{Source: b.Source.Version(), Part: v.Split, Languages: languages, Per: p.limited(v.PerLanguage)}
}

// answering plans a policy's answers to the held-out prompts.
type answering func(policy bench.Policy, languages []string, who string) *stage.Stage

// trial plans a policy's answers and what judges them; opponent plans those that they are compared with.
func (p *planner) trial(answer, opponent answering, policy bench.Policy, languages []string, who string) trial {
	t := trial{answer: answer(policy, languages, who)}
	t.judged = p.scores(t.answer, languages, who)
	t.compared = p.compared(t.answer, opponent, languages, who)
	return t
}

// sampled plans answers that are sampled under a seed at a temperature.
func (p *planner) sampled(seed uint64, temperature float64) answering {
	v := p.Experiment.Evaluate
	return func(policy bench.Policy, languages []string, who string) *stage.Stage {
		asked := p.held(p.bench, languages)
		return p.add(evaluation.Sampled{
			Policy: policy, Asked: asked, Number: v.Samples, Temperature: temperature, TopP: v.TopP,
			MaxTokens: p.Experiment.Generate.MaxTokens, Rows: p.Experiment.Batch.Rows, Seed: seed,
		}, who, len(languages)*asked.Per*v.Samples)
	}
}

// answer plans greedy answers.
func (p *planner) answer(policy bench.Policy, languages []string, who string) *stage.Stage {
	asked := p.held(p.bench, languages)
	return p.add(evaluation.Answer{
		Policy: policy, Asked: asked, MaxTokens: p.Experiment.Generate.MaxTokens, Rows: p.Experiment.Batch.Rows,
	}, who, len(languages)*asked.Per)
}

// scores has the model that all arms start from judge the answers to held-out prompts: one judge for all of them. It is nil for other
// judges: the reference answer needs no stage, and a server compares.
func (p *planner) scores(answers *stage.Stage, languages []string, who string) *stage.Stage {
	if p.Experiment.Evaluate.Judge != "self" {
		return nil
	}
	asked := p.held(p.bench, languages)
	judge := sampling.Judge{Answers: answers.Key, Policy: &p.base, Asked: asked, Judge: "self", Batch: p.Experiment.Batch.Tokens}
	return p.add(judge, who, answers.Size)
}

// compared has a server compare a model's answers to held-out prompts with the opponent's. It is nil where they are the same stage,
// since nothing is asked about an answer and itself, and where no server judges.
func (p *planner) compared(answers *stage.Stage, answer answering, languages []string, who string) *stage.Stage {
	v := p.Experiment.Evaluate
	if v.Judge != "endpoint" {
		return nil
	}
	opponent := p.given
	if opponent == nil {
		opponent = answer(p.base, p.Experiment.Languages.All(), v.Opponent)
	}
	if opponent == answers {
		return nil
	}
	server, err := evaluation.ServerOf(v.Endpoint)
	if err != nil {
		p.fail(err)
		return nil
	}
	s := p.add(evaluation.Compare{Answers: answers.Key, Opponent: opponent.Key, Asked: p.held(p.bench, languages), Server: server}, who, answers.Size)
	s.Requests = 2 * s.Size
	return s
}

// opponent plans what a file's answers need that win rates are against; nothing where an arm's are.
func (p *planner) opponent() {
	e := p.Experiment
	v, languages := e.Evaluate, e.Languages.All()
	if p.err != nil || e.FindArm(v.Opponent) != nil || !e.Trains() {
		return
	}
	given, n, err := evaluation.GivenOf(p.bench, v.Opponent, p.held(p.bench, languages))
	if err != nil {
		p.fail(err)
		return
	}
	p.given = p.add(given, "", n)
	p.givenJudged = p.scores(p.given, languages, v.Opponent)
}
