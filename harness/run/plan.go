package run

import (
	"errors"
	"fmt"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/method"
)

// Plan is an experiment as stages, in an order in which inputs come first, and what its records are made of.
type Plan struct {
	Experiment *config.Experiment
	Stages     []*Stage
	tasks      []task.Task // those of the experiment, in its order
	rounds     []round
	finals     []final

	given, givenJudged *Stage // a file's answers that win rates are against, and their scores where a model judges; nil where an arm is the opponent
}

// round is one iteration of one trained arm.
type round struct {
	seed              uint64
	arm               config.Arm
	lang              string // the only one that is trained on; empty for all
	label             string // names whose pairs these are, for people
	selector          method.Selector
	iteration         int
	before            *round // the model's last one, nil in the first
	settings          generateSettings
	languages         []string // those of the pairs
	generated, judged *Stage
	pairs, reference  *Stage
	unprompted        *Stage // nil unless the selector reads it
	gradients         *Stage // nil unless the selector reads gradients
	selection         *Stage // nil where all pairs are kept; the training itself where it picks them
	fidelity          *Stage // nil but for the first round of the seeds that ask for it
	train             *Stage // the policy before where nothing is trained
}

// final is what one model of an arm and seed is measured by.
type final struct {
	seed   uint64
	arm    config.Arm
	answer *Stage
	judged *Stage // nil where the known answer judges, or a server
	tasks  []*Stage

	compared *Stage // nil where no server judges, and for the opponent
}

// planner builds a plan.
type planner struct {
	experiment *config.Experiment
	env        *Env
	tasks      []task.Task // those of the experiment, in its order
	start      *Stage      // the model that every arm starts from
	plan       *Plan
	byKey      map[string]*Stage
}

// NewPlan lays an experiment out. Stages with one key are one stage, which is how arms come to share work.
func NewPlan(e *config.Experiment, env *Env, tasks []task.Task) (*Plan, error) {
	p := &planner{experiment: e, env: env, plan: &Plan{Experiment: e}, byKey: map[string]*Stage{}}
	for _, name := range e.Evaluate.Tasks {
		if t, ok := task.Find(tasks, name); ok {
			p.tasks = append(p.tasks, t)
		}
	}
	p.plan.tasks = p.tasks
	if err := errors.Join(p.enoughPrompts(), p.answersKnown()); err != nil {
		return nil, err
	}
	var err error
	if p.start, err = p.base(); err != nil {
		return nil, err
	}
	if err := p.opponent(); err != nil {
		return nil, err
	}
	for i, seed := range e.Seeds {
		if err := p.seed(p.start, seed, i); err != nil {
			return nil, fmt.Errorf("planning seed %d: %w", seed, err)
		}
	}
	return p.plan, nil
}

// trainee is a model on its way through the iterations: an arm's only one, or its model for one language.
type trainee struct {
	arm    config.Arm
	lang   string // the only one that it is trained on and answers in; empty for all
	policy *Stage // what it has come to
	last   *round // nil before the first
}

func (t *trainee) name() string {
	if t.lang == "" {
		return t.arm.Name
	}
	return t.arm.Name + " (" + t.lang + ")"
}

// trainees are the models of all arms, at their start.
func (p *planner) trainees(base *Stage) []*trainee {
	var list []*trainee
	for _, arm := range p.experiment.Arms {
		languages := []string{""}
		if arm.Mono() {
			languages = p.experiment.Languages.Seen
		}
		for _, lang := range languages {
			list = append(list, &trainee{arm: arm, lang: lang, policy: base})
		}
	}
	return list
}

// seed plans the at-th run of all arms. Iteration by iteration, so that arms which match another's selection find it.
func (p *planner) seed(base *Stage, seed uint64, at int) error {
	trainees := p.trainees(base)
	for iteration := 1; iteration <= p.experiment.Iterations; iteration++ {
		rounds, byArm := map[*trainee]*round{}, map[string]*round{}
		for _, t := range matchedFirst(trainees) {
			if !t.arm.MeetsPairs() {
				continue
			}
			r, err := p.round(t, seed, iteration, byArm[t.arm.Match], iteration == 1 && at < t.arm.ConGrad.FidelitySeeds)
			if err != nil {
				return err
			}
			rounds[t], byArm[t.arm.Name] = r, r
		}
		for _, t := range trainees {
			if r := rounds[t]; r != nil {
				p.plan.rounds = append(p.plan.rounds, *r)
				t.policy, t.last = r.train, r
			}
		}
	}
	if !p.experiment.Trains() {
		return nil // there is nothing to evaluate
	}
	for _, t := range trainees {
		if err := p.final(t, seed); err != nil {
			return err
		}
	}
	return nil
}

// final plans the evaluation of a model, in all languages or in its own.
func (p *planner) final(t *trainee, seed uint64) error {
	who := fmt.Sprintf("seed %d, %s", seed, t.name())
	languages := p.experiment.Languages.All()
	if t.lang != "" {
		languages = []string{t.lang}
	}
	f := final{seed: seed, arm: t.arm}
	var err error
	if f.answer, err = p.answer(t.policy, languages, who); err != nil {
		return err
	}
	if f.judged, err = p.judgedAnswers(p.start, f.answer, languages, who); err != nil {
		return err
	}
	if f.compared, err = p.compared(f.answer, languages, who); err != nil {
		return err
	}
	for _, x := range p.tasks {
		s, err := p.task(t.policy, x, languages, who)
		if err != nil {
			return err
		}
		f.tasks = append(f.tasks, s)
	}
	p.plan.finals = append(p.plan.finals, f)
	return nil
}

// matchedFirst puts the models of arms that match another's selection behind all others.
func matchedFirst(trainees []*trainee) []*trainee {
	var list, matching []*trainee
	for _, t := range trainees {
		if t.arm.Match != "" {
			matching = append(matching, t)
		} else {
			list = append(list, t)
		}
	}
	return append(list, matching...)
}

// round plans one iteration of one model. In the first one, all models have one start and share the answers in all languages;
// after it a language's own model has its own answers, in its language only. compared asks for the fidelity of its sketches.
func (p *planner) round(t *trainee, seed uint64, iteration int, matched *round, compared bool) (*round, error) {
	e, policy := p.experiment, t.policy
	r := &round{seed: seed, arm: t.arm, lang: t.lang, label: t.name(), iteration: iteration, before: t.last}
	r.languages = t.arm.Meets(e.Languages.Seen)
	who, asked := r.label, r.languages
	switch {
	case iteration == 1:
		who, r.label, asked = "every arm", t.arm.Name, e.Languages.Seen
	case t.lang != "":
		asked = []string{t.lang}
		r.languages = asked
	}
	where := at(seed, iteration, who)
	r.settings = generateSettings{p.env.Source.Version(), asked, seed, iteration, p.limited(e.Prompts.PerLanguage), e.Generate, e.Batch.Rows}
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
	if len(r.languages) < len(asked) {
		where = at(seed, iteration, r.label)
		if r.pairs, err = p.pairsIn(r.languages, r.pairs, where); err != nil {
			return nil, err
		}
	}
	if r.reference, err = p.reference(policy, r.pairs, where); err != nil {
		return nil, err
	}
	if err := p.selection(r, policy, matched, compared, where); err != nil {
		return nil, err
	}
	if r.train = policy; !t.arm.Trained() {
		return r, nil
	}
	if r.train, err = p.train(policy, r, at(seed, iteration, t.name())); err == nil && t.arm.Online() {
		r.selection = r.train // which leaves its choices as a selection does
	}
	return r, err
}

// selection plans how the round's arm picks its pairs; nothing where it trains on all of them.
func (p *planner) selection(r *round, policy *Stage, matched *round, compared bool, where string) (err error) {
	if r.selector, err = method.FindSelector(r.arm.Select); err != nil {
		return err
	}
	who := at(r.seed, r.iteration, r.label)
	if r.arm.Select == "random" {
		r.selection, err = p.selectRandom(r.pairs, matched.selection, matched.pairs, r.seed, r.iteration, who)
		return err
	}
	if r.selector.Scores == nil || r.arm.Online() {
		return nil
	}
	if r.selector.Reads == method.ReadsUnprompted {
		if r.unprompted, err = p.unprompted(policy, r.pairs, where); err != nil {
			return err
		}
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
	if c := r.arm.ConGrad; r.arm.Select == "congrad" && compared && c.FidelityPairs > 0 {
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
