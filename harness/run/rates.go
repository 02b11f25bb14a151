package run

import (
	"fmt"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/kind/evaluation"
	"congrad/harness/kind/training"
	"congrad/harness/stage"
)

// tuned is how many development prompts of each language learning rates are chosen on at most, or as many as are evaluated on if those are
// fewer.
const tuned = 50

// trained plans a training, which meets so many pairs, or one with each of the arm's rates and the choice between them.
func (p *planner) trained(r *round, t training.Train, of *trainee, met int) *stage.Stage {
	if len(r.arm.Train.Rates) == 0 {
		return p.add(t, r.where(of.name()), met)
	}
	e := p.Experiment
	asked := bench.Asked{Source: p.bench.Source.Version(), Part: data.PartDev, Languages: e.Languages.Seen, Per: p.limited(min(tuned, e.Evaluate.PerLanguage))}
	if of.only != nil {
		asked.Languages = of.only
	}
	choice := training.Rate{Exact: e.Evaluate.Decide == "exact"}
	for _, rate := range slices.Sorted(slices.Values(r.arm.Train.Rates)) {
		where := fmt.Sprintf("%s, rate %g", r.where(of.name()), rate)
		t.Train.LearningRate, t.Train.Rates = rate, nil
		s := p.add(t, where, met)
		a := p.add(evaluation.Answer{
			Policy: bench.Policy{Stage: s.Key, Trained: true}, Asked: asked, MaxTokens: e.Generate.MaxTokens, Rows: e.Batch.Rows,
		}, where, len(asked.Languages)*asked.Per)
		choice.Candidates = append(choice.Candidates, training.Candidate{Rate: rate, Policy: s.Key, Answers: a.Key})
		r.candidates = append(r.candidates, s, a)
	}
	return p.add(choice, r.where(of.name()), 0)
}

// schedule is the training whose course the round's has, but for the rate.
func (r *round) schedule() *stage.Stage {
	if len(r.candidates) > 0 {
		return r.candidates[0]
	}
	return r.train
}
