package run

import (
	"cmp"
	"fmt"
	"slices"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/text"
)

// Plan is an experiment as stages, in an order in which inputs come first, and what its records are made of.
type Plan struct {
	Experiment *config.Experiment
	Stages     []*Stage
	rounds     []round
	finals     []final
}

// round is one iteration of one trained arm.
type round struct {
	seed              uint64
	arm               config.Arm
	selector          method.Selector
	iteration         int
	before            *round // the arm's last one, nil in the first
	settings          generateSettings
	generated, judged *Stage
	pairs, reference  *Stage
	gradients         *Stage // nil unless the selector reads gradients
	selection         *Stage // nil where all pairs are kept
	fidelity, train   *Stage // fidelity is nil but for the first round of the first seed
}

// final is what one arm and seed is measured by.
type final struct {
	seed   uint64
	arm    config.Arm
	answer *Stage
	tasks  []*Stage
}

// planner builds a plan.
type planner struct {
	experiment *config.Experiment
	env        *Env
	tasks      []task.Task // those of the experiment, in its order
	plan       *Plan
	byKey      map[string]*Stage
}

// NewPlan lays an experiment out. Stages with one key are one stage, which is how arms come to share work.
func NewPlan(e *config.Experiment, env *Env, tasks []task.Task) (*Plan, error) {
	p := &planner{experiment: e, env: env, plan: &Plan{Experiment: e}, byKey: map[string]*Stage{}}
	for _, name := range e.Evaluate.Tasks {
		for _, t := range tasks {
			if t.Name == name {
				p.tasks = append(p.tasks, t)
			}
		}
	}
	if err := p.enoughPrompts(); err != nil {
		return nil, err
	}
	base, err := p.base()
	if err != nil {
		return nil, err
	}
	for i, seed := range e.Seeds {
		if err := p.seed(base, seed, i == 0); err != nil {
			return nil, fmt.Errorf("planning seed %d: %w", seed, err)
		}
	}
	return p.plan, nil
}

// enoughPrompts reports the language that runs short first: no iteration asks what another has asked, so a run needs
// prompts for all of them. Held-out prompts are "at most" so many, and never too few.
func (p *planner) enoughPrompts() error {
	e := p.experiment
	fewest := slices.MinFunc(e.Languages.Seen, func(a, b string) int {
		return cmp.Compare(p.env.Source.PreferenceCount(a), p.env.Source.PreferenceCount(b))
	})
	per, there := p.limited(e.Prompts.PerLanguage), p.env.Source.PreferenceCount(fewest)
	if per*e.Iterations > there {
		return fmt.Errorf("prompts.per_language (%s) asks for %d fresh prompts in each of %d iterations (%s); %s has %d, enough for %d in each",
			e.From("prompts.per_language"), per, e.Iterations, e.From("iterations"), fewest, there, there/e.Iterations)
	}
	return nil
}

// base is the model that everything starts from. Its artefact is empty: the model lies elsewhere, its hash is the key.
func (p *planner) base() (*Stage, error) {
	settings := struct {
		Weights, Tokenizer string
		Layout             string `json:",omitempty"` // of chats; the embedded model has but one
	}{Weights: p.env.Base.Weights.Hash(), Tokenizer: hash(p.env.Base.Tokenizer)}
	if layout := p.env.Chat.Layout(); layout != text.Embedded {
		settings.Layout = layout
	}
	s, err := newStage("base", "base model", 1, settings, "", nil, 0, nothing)
	return p.add(s, err)
}

// seed plans one run of all arms. Iteration by iteration, so that arms which match another's selection find it.
func (p *planner) seed(base *Stage, seed uint64, first bool) error {
	policies, before := map[string]*Stage{}, map[string]*round{}
	for _, arm := range p.experiment.Arms {
		policies[arm.Name] = base
	}
	for iteration := 1; iteration <= p.experiment.Iterations; iteration++ {
		rounds := map[string]*round{}
		for _, arm := range matchedFirst(p.experiment.Arms) {
			if !arm.Trained() {
				continue
			}
			r, err := p.round(policies[arm.Name], seed, iteration, arm, before[arm.Name], rounds[arm.Match], first && iteration == 1)
			if err != nil {
				return err
			}
			rounds[arm.Name] = r
		}
		for _, arm := range p.experiment.Arms {
			if r := rounds[arm.Name]; r != nil {
				p.plan.rounds = append(p.plan.rounds, *r)
				policies[arm.Name], before[arm.Name] = r.train, r
			}
		}
	}
	for _, arm := range p.experiment.Arms {
		who := fmt.Sprintf("seed %d, %s", seed, arm.Name)
		f := final{seed: seed, arm: arm}
		var err error
		if f.answer, err = p.answer(policies[arm.Name], who); err != nil {
			return err
		}
		for _, t := range p.tasks {
			s, err := p.task(policies[arm.Name], t, who)
			if err != nil {
				return err
			}
			f.tasks = append(f.tasks, s)
		}
		p.plan.finals = append(p.plan.finals, f)
	}
	return nil
}

// matchedFirst puts arms that match another's selection behind all others.
func matchedFirst(arms []config.Arm) []config.Arm {
	var list, matching []config.Arm
	for _, a := range arms {
		if a.Match != "" {
			matching = append(matching, a)
		} else {
			list = append(list, a)
		}
	}
	return append(list, matching...)
}

// round plans one iteration of one arm; before is the arm's last one, nil in the first.
func (p *planner) round(policy *Stage, seed uint64, iteration int, arm config.Arm, before, matched *round, first bool) (*round, error) {
	who := arm.Name
	if iteration == 1 {
		who = "every arm" // all start from the base model
	}
	where := at(seed, iteration, who)
	r := &round{seed: seed, arm: arm, iteration: iteration, before: before}
	e := p.experiment
	r.settings = generateSettings{p.env.Source.Version(), e.Languages.Seen, seed, iteration, p.limited(e.Prompts.PerLanguage), e.Generate, e.Batch.Rows}
	var err error
	if r.generated, err = p.generate(policy, r.settings, where); err != nil {
		return nil, err
	}
	if r.judged, err = p.judged(policy, r.generated, r.settings, where); err != nil {
		return nil, err
	}
	if r.pairs, err = p.pairs(r.generated, r.judged, r.settings, where); err != nil {
		return nil, err
	}
	if r.reference, err = p.reference(policy, r.pairs, where); err != nil {
		return nil, err
	}
	if err := p.selection(r, policy, matched, first, where); err != nil {
		return nil, err
	}
	r.train, err = p.train(policy, r.pairs, r.reference, r.selection, arm, seed, iteration)
	return r, err
}

// selection plans how the round's arm picks its pairs; nothing where it trains on all of them.
func (p *planner) selection(r *round, policy *Stage, matched *round, first bool, where string) (err error) {
	if r.selector, err = method.FindSelector(r.arm.Select); err != nil {
		return err
	}
	who := at(r.seed, r.iteration, r.arm.Name)
	if r.arm.Select == "random" {
		r.selection, err = p.selectRandom(r.pairs, matched.selection, matched.pairs, r.seed, r.iteration, who)
		return err
	}
	if r.selector.Scores == nil {
		return nil
	}
	var g gradientSettings
	if r.selector.Reads.Gradients() {
		if r.gradients, g, err = p.gradients(policy, r, where); err != nil {
			return err
		}
	}
	if r.selection, err = p.selectRanked(policy, r, g); err != nil {
		return err
	}
	if c := r.arm.ConGrad; r.arm.Select == "congrad" && first && c.FidelityPairs > 0 {
		r.fidelity, err = p.fidelity(policy, r.pairs, r.reference, g, c, who)
	}
	return err
}

// stage makes a stage that the device computes and adds it.
func (p *planner) stage(kind, label string, version int, settings any, inputs []*Stage, size int, work workFunc) (*Stage, error) {
	s, err := newStage(kind, label, version, settings, p.env.Device, inputs, size, work)
	return p.add(s, err)
}

// add enters a stage into the plan, or returns the one that is there under its key.
func (p *planner) add(s *Stage, err error) (*Stage, error) {
	if err != nil {
		return nil, err
	}
	if there := p.byKey[s.Key]; there != nil {
		return there, nil
	}
	p.byKey[s.Key] = s
	p.plan.Stages = append(p.plan.Stages, s)
	return s, nil
}

// limited is a count under --limit.
func (p *planner) limited(n int) int {
	if p.experiment.Limit > 0 {
		return min(n, p.experiment.Limit)
	}
	return n
}
