package run

import (
	"congrad/harness/config"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Spent is what the stages of a finished plan took, those that earlier calls or other runs did included. Of stages without a note
// nothing but the tokens is known.
func (p *Plan) Spent(st *store.Store) ([]record.Spent, error) {
	owners := p.owners()
	var list []record.Spent
	for _, s := range p.Stages {
		w, err := workOf(s)
		if err != nil {
			return nil, err
		}
		k := w.Kind()
		x := record.Spent{Stage: s.Label, Kind: k.Name, Title: k.Title, Check: k.Check, Key: string(s.Key)}
		for _, a := range p.Experiment.Arms {
			if owners[s.Key][a.Name] {
				x.Arms = append(x.Arms, a.Name)
			}
		}
		c, _, err := stage.CostOf(st, s.Key)
		if err != nil {
			return nil, err
		}
		x.Seconds, x.Calls, x.Lost, x.Peak, x.Machine = c.Seconds, c.Calls, c.Lost, c.Peak, c.Machine
		if x.Generated, x.Trained, err = w.Tokens(stage.Shelf{Store: st, Own: s.Key}); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// owners are the arms that a stage is a stage of. What an arm only reads of another, as a random selection its counts, stays the
// other's.
func (p *Plan) owners() map[stage.Ref]map[string]bool {
	owners := map[stage.Ref]map[string]bool{}
	own := func(a config.Arm, stages ...*stage.Stage) {
		for _, s := range stages {
			if s == nil {
				continue
			}
			if owners[s.Key] == nil {
				owners[s.Key] = map[string]bool{}
			}
			owners[s.Key][a.Name] = true
		}
	}
	for _, a := range p.Experiment.Arms {
		own(a, p.start...)
	}
	for _, r := range p.rounds {
		own(r.arm, r.stages()...)
	}
	for _, f := range p.finals {
		own(f.arm, p.given, p.givenJudged)
		own(f.arm, f.stages()...)
	}
	return owners
}
