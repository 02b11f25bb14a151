package run

import (
	"context"
	"errors"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/kind/training"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// LDS is a plan that validates scores of pairs: under each seed it scores the pairs of the first iteration in every way that there is,
// trains on random halves of them with the experiment's own settings, and measures the results on held-out prompts.
type LDS struct {
	*Plan
	halves int
	rounds []ldsRound
}

// ldsRound is what is planned under a seed.
type ldsRound struct {
	*round
	selections map[string]*stage.Stage // by selector
	influences map[string]*stage.Stage // by score
	retrained  []*stage.Stage          // by half
}

// plainInfluence and adamInfluence name the scores that know the held-out answers.
const plainInfluence, adamInfluence = "influence", "influence_adam"

// NewLDS plans so many halves under each seed of an experiment.
func NewLDS(e *config.Experiment, b *bench.Bench, halves int) (*LDS, error) {
	if err := validatable(e, b); err != nil {
		return nil, err
	}
	p := &planner{Plan: &Plan{Experiment: e}, bench: b, byKey: map[stage.Ref]*stage.Stage{}}
	if err := errors.Join(p.enoughPrompts(), WithinContext(e, b, nil)); err != nil {
		return nil, err
	}
	if err := p.planBases(); err != nil {
		return nil, err
	}
	x := &LDS{Plan: p.Plan, halves: halves}
	for _, seed := range e.Seeds {
		p.base = p.bases[e.Start(seed)]
		x.rounds = append(x.rounds, p.ldsRound(seed, halves))
	}
	return x, p.err
}

// validatable reports an experiment whose scores cannot be validated.
func validatable(e *config.Experiment, b *bench.Bench) error {
	switch {
	case e.Grid != nil:
		return fmt.Errorf("%s: is a grid of experiments; validate the scores of one (--set its keys in a copy without [grid])", e.Name)
	case !e.Trains():
		return fmt.Errorf("%s: no arm is trained, so there are no pairs to score", e.Name)
	case e.Train.Epochs == 0:
		return fmt.Errorf("%s: train.epochs = 0 (%s): halves of the pairs are trained on with the experiment's own [train]", e.Name, e.From("train.epochs"))
	}
	for _, code := range e.Languages.All() {
		if place := b.Source.Unanswered(e.Evaluate.Split, code); place != "" {
			return fmt.Errorf("%s: no reference answer; scores are validated by the log-probs of reference answers to held-out prompts", place)
		}
	}
	return nil
}

// scoringArm is an arm of a selector with the experiment's own tables, which picks its pairs before it trains.
func scoringArm(e *config.Experiment, selector string) config.Arm {
	a := config.Arm{Name: selector, Select: selector, Loss: e.Loss, Train: e.Train, ConGrad: e.ConGrad, Keep: e.Keep}
	a.ConGrad.Mode, a.Keep.Action = "offline", "drop"
	return a
}

// ldsRound plans the scores and the halves of a seed.
func (p *planner) ldsRound(seed uint64, halves int) ldsRound {
	e := p.Experiment
	start := &round{seed: seed, iteration: 1, label: "every score", policy: p.base, languages: e.Languages.Seen, arm: scoringArm(e, "all")}
	where := start.where("every score")
	p.answers(start, start.languages, where)
	start.reference = p.add(filtering.Reference{Policy: p.base, Pairs: start.pairs.Key, Batch: e.Batch.Tokens}, where, p.expected(start))
	x := ldsRound{round: start, selections: map[string]*stage.Stage{}, influences: map[string]*stage.Stage{}}
	for _, s := range method.Selectors {
		if s.Scores == nil {
			continue
		}
		r := *start
		r.arm, r.label = scoringArm(e, s.Name), s.Name
		p.selection(&r, nil, false, where)
		x.selections[s.Name] = r.selection
	}
	asked := p.held(p.bench, e.Languages.All())
	x.influences[plainInfluence] = p.influence(start, false, asked, where)
	x.influences[adamInfluence] = p.influence(start, true, asked, where)
	for half := 1; half <= halves; half++ {
		t := training.TrainOf(start.arm, start.languages)
		t.Policy, t.Pairs, t.Reference, t.Seed, t.Iteration, t.Batch = p.base, start.pairs.Key, start.reference.Key, seed, 1, e.Batch.Tokens
		w := training.Retrain{Training: t, Half: half, Asked: asked, MaxTokens: e.Generate.MaxTokens, Rows: e.Batch.Rows}
		x.retrained = append(x.retrained, p.add(w, fmt.Sprintf("seed %d", seed), p.expected(start)/2*e.Train.Epochs+len(asked.Languages)*asked.Per))
	}
	return x
}

// influence plans a score that knows the held-out answers, of gradients or of Adam's updates.
func (p *planner) influence(of *round, adam bool, asked bench.Asked, where string) *stage.Stage {
	arm := of.arm
	arm.ConGrad.Sketch = sketch.Exact
	r := filtering.RoundOf(arm, method.ReadsGradients)
	r.LanguageGradient, r.EMADecay = "mean", 0
	if adam {
		r.Adam = &filtering.Adam{BatchPairs: arm.Train.BatchPairs, Clip: arm.Train.Clip, Epsilon: arm.Train.Epsilon}
	}
	r.Policy, r.Pairs, r.Reference = of.policy, of.pairs.Key, of.reference.Key
	r.Languages, r.Seed, r.Iteration, r.Batch = of.languages, of.seed, of.iteration, p.Experiment.Batch.Tokens
	return p.add(filtering.Influence{Round: r, Asked: asked}, where, p.expected(of))
}

// FinishLDS does the stages of a validation and writes its records. It returns them for reporting.
func (w *Writer) FinishLDS(ctx context.Context, p *LDS, x *stage.Executor, b *bench.Bench, languages lang.Table) (*record.LDS, error) {
	x.Work = Workshop(b, p.Experiment)
	if err := x.Run(ctx, p.Stages); err != nil {
		return nil, err
	}
	found, err := p.collect(stage.Shelf{Store: x.Store}, languages)
	if err != nil {
		return nil, fmt.Errorf("collecting the records: %w", err)
	}
	files, err := found.Files()
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		if err := w.Write("records/"+name, data); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// pairsOf reads the pairs of a round with their languages as indices into the seen ones.
func (r ldsRound) pairsOf(s stage.Shelf) ([]kind.Pair, []int, error) {
	pairs, err := kind.Pairs(s, r.pairs.Key)
	if err != nil {
		return nil, nil, err
	}
	language, err := kind.Languages(pairs, r.languages)
	return pairs, language, err
}
