package run

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/kind/sampling"
	"congrad/harness/kind/training"
	"congrad/harness/model"
	"congrad/harness/stage"

	"github.com/dustin/go-humanize"
)

// planner builds a plan. It goes on after an error, which NewPlan returns in the place of the plan.
type planner struct {
	*Plan
	bench *bench.Bench
	bases map[int]bench.Policy // the models that seeds start from, by config.Experiment.Start
	base  bench.Policy         // the one that every arm of the seed starts from
	byKey map[stage.Ref]*stage.Stage
	err   error
}

// NewPlan lays an experiment out. Stages with one key are one stage, which is how arms come to share work.
func NewPlan(e *config.Experiment, b *bench.Bench, tasks []task.Task) (*Plan, error) {
	p := &planner{Plan: &Plan{Experiment: e}, bench: b, byKey: map[stage.Ref]*stage.Stage{}}
	for _, name := range e.Evaluate.Tasks {
		if t, ok := task.Find(tasks, name); ok {
			p.tasks = append(p.tasks, t)
		}
	}
	if err := Check(e, b, tasks); err != nil {
		return nil, err
	}
	if err := p.planBases(); err != nil {
		return nil, err
	}
	p.base = p.bases[e.Start(e.Seeds[0])]
	p.opponent()
	for i, seed := range e.Seeds {
		p.base = p.bases[e.Start(seed)]
		p.seed(seed, i)
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.Plan, nil
}

// fail notes what went wrong first: what is planned on top of that is nothing to tell.
func (p *planner) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// add enters a stage into the plan, or returns the one that is there under its key. where says where in the study it was met first;
// size is how many units of work are expected.
func (p *planner) add(w kind.Work, where string, size int) *stage.Stage {
	s, err := stageOf(w, p.bench.Device)
	if err != nil {
		p.fail(err)
		return &stage.Stage{}
	}
	if there := p.byKey[s.Key]; there != nil {
		return there
	}
	if where != "" {
		s.Label += ", " + where
	}
	s.Size = size
	p.byKey[s.Key] = s
	p.Stages = append(p.Stages, s)
	return s
}

// planBases plans the models that seeds start from.
func (p *planner) planBases() error {
	e := p.Experiment
	p.bases = map[int]bench.Policy{}
	for at, base := range append([]*model.Folder{p.bench.Base}, p.bench.Others...) {
		if slices.ContainsFunc(e.Seeds, func(seed uint64) bool { return e.Start(seed) == at }) {
			p.planBase(base, at)
		}
	}
	return p.err
}

// planBase plans the at-th of the models that everything starts from.
func (p *planner) planBase(model *model.Folder, at int) {
	e := p.Experiment
	base, err := sampling.BaseOf(e, p.bench, model)
	if err != nil {
		p.fail(err)
		return
	}
	before := len(p.Stages)
	s, policy := p.add(base, "", 0), bench.Policy{}
	if len(p.Stages) == before && p.err == nil {
		p.fail(fmt.Errorf("%s: bases: the %s entry, %q, has the weights of an earlier model; seeds need different ones", e.Name, humanize.Ordinal(at), e.Bases[at-1]))
		return
	}
	if policy.Stage = s.Key; at > 0 {
		policy.Base = base.Weights
	}
	p.start = append(p.start, s)
	if e.Base.Steps == 0 {
		p.bases[at] = policy
		return
	}
	further := p.bench.Recipe.Further(p.bench.World, e.Base.SharedShare, e.Base.Steps)
	s = p.add(training.Further{Base: s.Key, Weights: policy.Base, Further: further}, "", e.Base.Steps*further.Recipe.Train.Batch)
	p.start, p.bases[at] = append(p.start, s), bench.Policy{Stage: s.Key, Trained: true}
}

// trainee is a model on its way through the iterations: an arm's only one, or its model for some languages.
type trainee struct {
	arm    config.Arm
	only   []string // languages that it is trained on and answers in; nil for all
	policy bench.Policy
	last   *round         // nil before the first
	passed []bench.Policy // of the iterations so far
}

func (t *trainee) name() string {
	if t.only == nil {
		return t.arm.Name
	}
	return t.arm.Name + " (" + strings.Join(t.only, " ") + ")"
}

// trainees are the models of all arms, at their start.
func (p *planner) trainees() []*trainee {
	var list []*trainee
	for _, arm := range p.Experiment.Arms {
		for _, only := range arm.Models(p.Experiment.Languages.Seen) {
			list = append(list, &trainee{arm: arm, only: only, policy: p.base})
		}
	}
	return list
}

// seed plans the at-th run of all arms. Iteration by iteration, so that arms which match another's selection find it.
func (p *planner) seed(seed uint64, at int) {
	trainees := p.trainees()
	for iteration := 1; iteration <= p.Experiment.Iterations; iteration++ {
		rounds, byArm := map[*trainee]*round{}, map[string]*round{}
		for _, t := range matchedFirst(trainees) {
			if t.arm.MeetsPairs() {
				r := p.round(t, seed, iteration, byArm[t.arm.Match], iteration == 1 && at < t.arm.ConGrad.FidelitySeeds)
				rounds[t], byArm[t.arm.Name] = r, r
			}
		}
		for _, t := range trainees { // now that all rounds have their pairs
			if t.arm.Trained() && t.arm.MatchSteps != "" {
				p.train(rounds[t], t, byArm[t.arm.MatchSteps], nil)
			}
		}
		for _, t := range trainees { // now that those have their policies
			if t.arm.Trained() && t.arm.MatchKL != "" {
				p.train(rounds[t], t, nil, p.match(byArm[t.arm.MatchKL]))
			}
		}
		for _, t := range trainees {
			if r := rounds[t]; r != nil {
				p.rounds = append(p.rounds, *r)
				t.last = r
				if r.train != nil {
					t.policy = bench.Policy{Stage: r.train.Key, Trained: true}
					t.passed = append(t.passed, t.policy)
				}
			}
		}
	}
	if !p.Experiment.RunsTasks() {
		return // there is nothing to evaluate
	}
	for _, t := range trainees {
		p.final(t, seed)
	}
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

// limited is a count under --limit.
func (p *Plan) limited(n int) int {
	if p.Experiment.Limit > 0 {
		return min(n, p.Experiment.Limit)
	}
	return n
}
