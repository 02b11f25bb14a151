package run

import (
	"strings"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/kind/training"
	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Records gathers what the stages of a finished plan left into the run's records: of every place in the study, what its stages have
// to say there.
func (p *Plan) Records(st *store.Store, b *bench.Bench, languages lang.Table) (*record.Set, error) {
	study, err := p.study(st, b, languages)
	if err != nil {
		return nil, err
	}
	c := collector{p, st, b, &record.Set{Study: study}}
	recorded := map[stage.Ref]bool{} // pairs of all languages, whose answers arms share
	for _, r := range p.rounds {
		at, err := c.placeOf(r)
		if err != nil {
			return nil, err
		}
		if !recorded[r.all.Key] {
			recorded[r.all.Key] = true
			if at.First = r.arm.Name; r.iteration == 1 {
				at.First = p.untouched()
			}
			if err := c.record(at, r.generated, r.judged); err != nil {
				return nil, err
			}
		}
		if err := c.record(at, r.pairs, r.own(), r.fidelity, r.train); err != nil {
			return nil, err
		}
	}
	for _, f := range p.finals {
		at := kind.Place{Seed: f.seed, Arm: f.arm, Iteration: f.iteration}
		for _, of := range []func(final) trial{greedy, sampled} {
			at.Trial = p.trialOf(f, of)
			if err := c.record(at, of(f).answer); err != nil {
				return nil, err
			}
		}
		if err := c.record(at, append([]*stage.Stage{f.drift}, f.tasks...)...); err != nil {
			return nil, err
		}
	}
	return c.set, nil
}

// own is the round's selection, where that is a stage of its own.
func (r *round) own() *stage.Stage {
	if r.selection == r.train {
		return nil
	}
	return r.selection
}

// collector fills a set of records.
type collector struct {
	*Plan
	store *store.Store
	bench *bench.Bench
	set   *record.Set
}

// record adds what stages have to say at a place; some may be nil.
func (c collector) record(at kind.Place, stages ...*stage.Stage) error {
	for _, s := range stages {
		if s == nil {
			continue
		}
		w, err := workOf(s)
		if err != nil {
			return err
		}
		if err := w.Record(stage.Shelf{Store: c.store, Own: s.Key}, c.bench, at, c.set); err != nil {
			return err
		}
	}
	return nil
}

// placeOf is where a round's stages are met.
func (c collector) placeOf(r round) (at kind.Place, err error) {
	shelf := stage.Shelf{Store: c.store}
	at = kind.Place{Seed: r.seed, Arm: r.arm, Iteration: r.iteration, Lang: strings.Join(r.only, " "), Diagnosed: c.Experiment.Base.Steps > 0 && r.generated != nil}
	if at.Pairs, err = kind.Pairs(shelf, r.pairs.Key); err != nil {
		return at, err
	}
	if at.Choices, err = kind.Choices(shelf, ref(r.selection), len(at.Pairs)); err != nil {
		return at, err
	}
	language, err := kind.Languages(at.Pairs, r.languages)
	if err != nil {
		return at, err
	}
	at.Met = make([]*int, len(at.Pairs))
	if r.train == nil {
		return at, nil
	}
	w, err := workOf(r.schedule())
	if err != nil {
		return at, err
	}
	shelf.Own = r.train.Key
	if t, ok := w.(training.Train); ok {
		at.Met, err = t.Met(shelf, language, at.Choices)
	}
	return at, err
}

func greedy(f final) trial { return f.greedy }

func sampled(f final) trial { return f.sampled }

// trialOf is how a model's greedy or sampled answers are judged.
func (p *Plan) trialOf(f final, of func(final) trial) kind.Trial {
	v := p.Experiment.Evaluate
	t := kind.Trial{Scores: ref(of(f).judged), Verdicts: ref(of(f).compared), Server: v.Judge == "endpoint", Exact: v.Decide == "exact"}
	if p.given != nil {
		t.Opponent, t.OpponentScores, t.File = p.given.Key, ref(p.givenJudged), true
		return t
	}
	for _, x := range p.finals {
		if x.seed == f.seed && x.arm.Name == v.Opponent {
			t.Opponent, t.OpponentScores = ref(of(x).answer), ref(of(x).judged)
		}
	}
	return t
}

// untouched is the name of the arm that is not trained: the opponent, where that is an arm.
func (p *Plan) untouched() string {
	if x := p.Experiment; x.FindArm(x.Evaluate.Opponent) == nil {
		return x.Untouched().Name // against a file's answers there is one; the experiment was checked
	}
	return p.Experiment.Evaluate.Opponent
}

// AnswerFile describes the file that win rates are against, for records and the manifest; nil where none is read.
func (p *Plan) AnswerFile(b *bench.Bench) *record.AnswerFile {
	if p.given == nil {
		return nil
	}
	f := b.Answers.File
	f.Used = p.given.Size
	return &f
}
