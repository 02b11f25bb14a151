package synthetic

import "congrad/harness/record"

// Rename gives arms other names, in the set itself. Arms that names lacks keep theirs.
func Rename(set *record.Set, names map[string]string) *record.Set {
	as := func(name *string) {
		if other, ok := names[*name]; ok {
			*name = other
		}
	}
	s := &set.Study
	for i := range s.Arms {
		as(&s.Arms[i].Name)
		as(&s.Arms[i].Match)
		as(&s.Arms[i].MatchSteps)
		as(&s.Arms[i].MatchKL)
	}
	as(&s.Baseline)
	as(&s.Reference)
	as(&s.Opponent)
	for _, w := range s.Sweeps {
		for i := range w.Arms {
			as(&w.Arms[i])
		}
	}
	for i := range s.Published {
		as(&s.Published[i].Arm)
	}
	for i := range s.Claims {
		as(&s.Claims[i].Arm)
		as(&s.Claims[i].Minus)
	}
	each(set.Answers, func(r *record.Answer) { as(&r.Arm) })
	each(set.Pairing, func(r *record.Pairing) { as(&r.Arm) })
	each(set.Pairs, func(r *record.Pair) { as(&r.Arm) })
	each(set.Consensus, func(r *record.Consensus) { as(&r.Arm) })
	each(set.Steps, func(r *record.Step) { as(&r.Arm) })
	each(set.Evaluations, func(r *record.Evaluation) { as(&r.Arm) })
	each(set.Choices, func(r *record.Choice) { as(&r.Arm) })
	each(set.Passages, func(r *record.Passage) { as(&r.Arm) })
	each(set.Fidelity, func(r *record.Fidelity) { as(&r.Arm) })
	each(set.Replies, func(r *record.Reply) { as(&r.Arm) })
	each(set.Trials, func(r *record.Evaluation) { as(&r.Arm) })
	each(set.Matched, func(r *record.Matched) { as(&r.Arm) })
	each(set.Rates, func(r *record.Rate) { as(&r.Arm) })
	each(set.Drift, func(r *record.Drift) { as(&r.Arm) })
	return set
}

func each[T any](list []T, do func(*T)) {
	for i := range list {
		do(&list[i])
	}
}
