package run

import (
	"math"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/kind/filtering"
	"congrad/harness/kind/sampling"
	"congrad/harness/kind/training"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// round plans one iteration of one model. In the first one, all models have one start and share the answers in all languages;
// after it a language's own model has its own answers, in its language only. checked asks for the fidelity of its sketches.
func (p *planner) round(t *trainee, seed uint64, iteration int, matched *round, checked bool) *round {
	e := p.Experiment
	r := &round{seed: seed, arm: t.arm, only: t.only, label: t.name(), iteration: iteration, before: t.last, policy: t.policy}
	r.languages = t.arm.Meets(e.Languages.Seen)
	who, asked := r.label, r.languages
	switch {
	case iteration == 1:
		who, r.label, asked = "every arm", t.arm.Name, e.Languages.Seen
	case t.only != nil:
		asked = t.only
		r.languages = asked
	}
	if iteration == 1 && p.bench.Pairs != nil {
		p.people(r, asked, r.where(who))
	} else {
		p.answers(r, asked, r.where(who))
	}
	if len(r.languages) < len(asked) {
		who = r.label
		within := sampling.Within{Pairs: r.all.Key, Answers: ref(r.generated), Languages: r.languages}
		r.pairs = p.add(within, r.where(who), 0)
	}
	where, pairs := r.where(who), p.expected(r)
	r.reference = p.add(filtering.Reference{Policy: r.policy, Pairs: r.pairs.Key, Batch: e.Batch.Tokens}, where, pairs)
	p.selection(r, matched, checked, where)
	if t.arm.Trained() && t.arm.MatchSteps == "" && t.arm.MatchKL == "" {
		p.train(r, t, nil, nil)
	}
	return r
}

// people plans that the round's pairs are those of people's files.
func (p *planner) people(r *round, languages []string, where string) {
	g := sampling.Given{Languages: languages, Per: p.givenPer(), Seed: r.seed}
	var err error
	if g.Source, err = p.bench.Pairs.Version(); err != nil {
		p.fail(err)
	}
	for _, lang := range r.languages {
		r.size += len(p.bench.Pairs.Drawn(r.seed, lang, g.Per))
	}
	r.all = p.add(g, where, 0)
	r.pairs = r.all
}

// givenPer is how many of the given pairs of a language are taken at most; 0 for all.
func (p *Plan) givenPer() int {
	if n := p.Experiment.Pairs.PerLanguage; n > 0 || p.Experiment.Limit == 0 {
		return p.limited(n)
	}
	return p.Experiment.Limit
}

// asking is which of the iterations that ask for answers an iteration is: given pairs take the place of the first.
func (p *planner) asking(iteration int) int {
	if p.bench.Pairs != nil {
		return iteration - 1
	}
	return iteration
}

// answers plans how the round's pairs are made.
func (p *planner) answers(r *round, languages []string, where string) {
	e := p.Experiment
	r.asked = bench.Asked{
		Source: p.bench.Source.Version(), Part: data.PartPreference, Languages: languages, Per: p.limited(e.Prompts.PerLanguage), Seed: r.seed, Iteration: p.asking(r.iteration),
	}
	r.size = len(r.languages) * r.asked.Per
	size := len(languages) * r.asked.Per * e.Generate.Samples
	r.generated = p.add(sampling.Generate{Policy: r.policy, Asked: r.asked, Generate: e.Generate, Rows: e.Batch.Rows}, where, size)
	judge := sampling.Judge{Answers: r.generated.Key, Asked: r.asked, Judge: e.Judge.Kind, Noise: e.Judge.Noise, Batch: e.Batch.Tokens}
	if e.Judge.Kind == "self" {
		judge.Policy = &r.policy
	}
	r.judged = p.add(judge, where, size)
	pairs := sampling.Pairs{Answers: r.generated.Key, Scores: r.judged.Key, Asked: r.asked, Samples: e.Generate.Samples, Rules: sampling.RulesOf(e.Pair)}
	r.all = p.add(pairs, where, 0)
	r.pairs = r.all
}

// expected is how many pairs the round has if every prompt makes one.
func (p *planner) expected(r *round) int { return r.size }

// selection plans how the round's arm picks its pairs; nothing where it trains on all of them.
func (p *planner) selection(r *round, matched *round, checked bool, where string) {
	var err error
	if r.selector, err = method.FindSelector(r.arm.Select); err != nil {
		p.fail(err)
		return
	}
	who := r.where(r.label)
	if r.arm.Match != "" {
		r.selection = p.add(filtering.Random{
			Pairs: r.pairs.Key, Matched: ref(matched.selection), MatchedPairs: matched.pairs.Key, Languages: p.Experiment.Languages.Seen, Seed: r.seed, Iteration: r.iteration,
			Right: r.selector.Reads == method.ReadsKnown, Action: filtering.ActionOf(r.arm.Keep),
		}, who, 0)
		return
	}
	if r.selector.Scores == nil || r.arm.Online() {
		return
	}
	s := filtering.SelectOf(r.arm, r.selector, r.languages)
	s.Pairs = r.pairs.Key
	switch reads := r.selector.Reads; {
	case reads == method.ReadsMargin, reads == method.ReadsChosen, reads == method.ReadsAgreement:
		s.Reference = r.reference.Key
	case reads == method.ReadsUnprompted:
		r.unprompted = p.add(filtering.Unprompted{Policy: r.policy, Pairs: r.pairs.Key, Batch: p.Experiment.Batch.Tokens}, where, p.expected(r))
		s.Reference, s.Unprompted = r.reference.Key, r.unprompted.Key
	case reads == method.ReadsGain:
		p.rehearse(r, &s, where)
	case reads.Gradients():
		p.scoring(r, &s, where)
	}
	r.selection = p.add(s, who, p.expected(r))
	if c := r.arm.ConGrad; r.arm.Select == "congrad" && checked && c.FidelityPairs > 0 && c.Scope == model.WholeModel {
		r.fidelity = p.add(filtering.FidelityOf(*s.Round, c.FidelityPairs, filtering.ScoringOf(c)), who, p.expected(r)+c.FidelityPairs)
	}
}

// rehearse plans a training on held-back pairs, as the arm trains, and what it does to all pairs.
func (p *planner) rehearse(r *round, s *filtering.Select, where string) {
	share, batch := r.arm.ConGrad.HeldBack, p.Experiment.Batch.Tokens
	r.heldBack = p.add(filtering.HeldBack{Pairs: r.pairs.Key, Languages: r.languages, Share: share, Seed: r.seed, Iteration: r.iteration}, where, 0)
	t := training.TrainOf(r.arm, r.languages)
	t.Policy, t.Pairs, t.Reference, t.Selection = r.policy, r.pairs.Key, r.reference.Key, r.heldBack.Key
	t.Seed, t.Iteration, t.Batch = r.seed, r.iteration, batch
	r.rehearsal = p.add(t, where+", held-back pairs", int(math.Ceil(share*float64(p.expected(r))))*r.arm.Train.Epochs)
	trained := filtering.Reference{Policy: bench.Policy{Stage: r.rehearsal.Key, Trained: true}, Pairs: r.pairs.Key, Batch: batch}
	r.trained = p.add(trained, where+", after held-back pairs", p.expected(r))
	s.Reference, s.HeldBack, s.Trained = r.reference.Key, r.heldBack.Key, r.trained.Key
}

// scoring plans the gradients that a selection reads.
func (p *planner) scoring(r *round, s *filtering.Select, where string) {
	round := filtering.RoundOf(r.arm, r.selector.Reads)
	round.Policy, round.Pairs, round.Reference = r.policy, r.pairs.Key, r.reference.Key
	round.Languages, round.Seed, round.Iteration, round.Batch = r.languages, r.seed, r.iteration, p.Experiment.Batch.Tokens
	r.gradients = p.add(filtering.Gradients{Round: round}, where, p.expected(r))
	s.Gradients = r.gradients.Key
	if r.selector.Reads == method.ReadsConsensus {
		s.Round, s.Before = &round, p.remembered(r)
	}
}

// remembered is the selection of the arm's round before, where its aggregator goes on from that.
func (p *planner) remembered(r *round) stage.Ref {
	aggregator, err := method.FindAggregator(r.arm.ConGrad.Aggregator)
	if err != nil {
		p.fail(err)
		return ""
	}
	if _, remembers := aggregator.(method.Stateful); remembers && r.before != nil {
		return ref(r.before.selection)
	}
	return ""
}

// train plans the round's policy: trained on the pairs that it kept, or all, of all languages or of one. It takes as many steps as the
// model of the matched round, or those of its own epochs where there is none; a match of its drift may end it before.
func (p *planner) train(r *round, of *trainee, matched *round, drift *training.Match) {
	t := training.TrainOf(r.arm, r.languages)
	t.Policy, t.Pairs, t.Reference, t.Selection = r.policy, r.pairs.Key, r.reference.Key, ref(r.selection)
	t.Seed, t.Iteration, t.Batch = r.seed, r.iteration, p.Experiment.Batch.Tokens
	t.Of(r.only)
	if len(r.arm.Groups) > 0 { // its part of a batch of all
		t.Train.BatchPairs = max(1, t.Train.BatchPairs*len(r.only)/len(p.Experiment.Languages.Seen))
	}
	t.Match = drift
	kept := int(math.Ceil(p.kept(r)))
	met := kept * r.arm.Train.Epochs
	if matched != nil {
		t.Train.Epochs, t.Steps = 0, training.StepsOf(matched.arm, matched.pairs.Key, ref(matched.own()))
		steps := train.Settings{Epochs: matched.arm.Train.Epochs, BatchPairs: matched.arm.Train.BatchPairs}.Steps(int(math.Ceil(p.kept(matched))))
		met = steps * min(kept, t.Train.BatchPairs)
	}
	r.train = p.trained(r, t, of, met)
	if r.arm.Online() {
		r.selection = r.train // which leaves its choices as a selection does
	}
}

// kept is how many pairs training is expected to meet in an epoch.
func (p *planner) kept(r *round) float64 {
	kept := float64(p.expected(r))
	if r.arm.Online() {
		return kept
	}
	if r.only != nil {
		kept *= float64(len(r.only)) / float64(len(r.languages))
	}
	if r.arm.Keep.Action != "drop" {
		return kept
	}
	kept *= share(r.arm)
	if of := p.Experiment.FindArm(r.arm.Match); of != nil {
		kept *= share(*of)
	}
	return kept
}

// share is the share of its pairs that an arm keeps, as far as that is known.
func share(a config.Arm) float64 {
	switch k := a.Keep; {
	case a.Ranks() && k.ByBand():
		return k.Band[1] - k.Band[0]
	case a.Ranks() && k.ByShare():
		return k.Share
	}
	return 1
}
