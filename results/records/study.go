// Package records is a run's records as reporting needs them: checked, in order, and with the roles of its arms. An arm is recognised
// by what its fields say that it does, never by its name.
//
// Nothing here depends on the order of the records: they are sorted first, and a record that is a duplicate, names an
// unknown arm or language, or holds a number that is not finite is an error.
package records

import (
	"cmp"
	"fmt"
	"slices"

	"congrad/harness/record"
)

// Level is the level of every interval and of every "detected" in a report.
const Level = 0.95

// Study is a checked set of records in a fixed order: arms as declared, languages as declared but seen ones first. It is safe
// for concurrent use.
type Study struct {
	record.Study
	Set record.Set // its records in order; not to be changed
	// LastIteration is the highest iteration that any record speaks of.
	LastIteration int

	armAt   map[string]int
	langAt  map[string]int
	asked   map[string]record.Prompt // by id
	selects map[string]bool          // arms with ranked pairs or a consensus
	baseOf  map[uint64]uint64        // by seed; empty where all seeds start from one model
}

// New puts the records in order, in the set itself, and checks them. The study shares the set's memory, so set must not change
// while the study is in use.
func New(set *record.Set) (*Study, error) {
	s := &Study{Study: set.Study, Set: *set, armAt: map[string]int{}, langAt: map[string]int{}, asked: map[string]record.Prompt{}, baseOf: map[uint64]uint64{}}
	s.Languages = slices.Clone(set.Study.Languages)
	slices.SortStableFunc(s.Languages, func(a, b record.Language) int { return trueFirst(a.Seen, b.Seen) })
	for i, a := range s.Arms {
		s.armAt[a.Name] = i
	}
	for i, l := range s.Languages {
		s.langAt[l.Code] = i
	}
	for _, p := range set.Prompts {
		s.asked[p.ID] = p
	}
	for i, b := range s.Bases {
		for _, seed := range b.Seeds {
			s.baseOf[seed] = uint64(i)
		}
	}
	s.sort()
	s.LastIteration, s.selects = s.lastIteration(), s.selecting()
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// sort puts every kind of record in the order that record documents, with the item last, so that sums of floating-point
// numbers come out alike whatever the order on disk.
func (s *Study) sort() {
	put(s.Set.Answers, func(a, b *record.Answer) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Answer) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Sample, b.Sample))
	})
	put(s.Set.Pairing, func(a, b *record.Pairing) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(_, _ *record.Pairing) int { return 0 })
	put(s.Set.Pairs, func(a, b *record.Pair) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Pair) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Chosen, b.Chosen), cmp.Compare(a.Rejected, b.Rejected))
	})
	put(s.Set.Consensus, func(a, b *record.Consensus) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, "", "")
	}, func(a, b *record.Consensus) int { return slices.CompareFunc(a.Gram, b.Gram, slices.Compare) })
	put(s.Set.Steps, func(a, b *record.Step) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Step) int { return cmp.Compare(a.Step, b.Step) })
	put(s.Set.Evaluations, func(a, b *record.Evaluation) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang)
	}, func(a, b *record.Evaluation) int { return cmp.Compare(a.Prompt, b.Prompt) })
	put(s.Set.Choices, func(a, b *record.Choice) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang)
	}, func(a, b *record.Choice) int { return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item)) })
	put(s.Set.Passages, func(a, b *record.Passage) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang)
	}, func(a, b *record.Passage) int {
		return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	put(s.Set.Replies, func(a, b *record.Reply) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang)
	}, func(a, b *record.Reply) int { return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item)) })
	put(s.Set.Fidelity, func(a, b *record.Fidelity) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Fidelity) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Exact, b.Exact), cmp.Compare(a.Sketched, b.Sketched))
	})
	put(s.Set.Trials, func(a, b *record.Evaluation) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Evaluation) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Sample, b.Sample))
	})
	put(s.Set.Drift, func(a, b *record.Drift) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	}, func(a, b *record.Drift) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Sample, b.Sample))
	})
	put(s.Set.Matched, func(a, b *record.Matched) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, "", "")
	}, func(_, _ *record.Matched) int { return 0 })
}

func (s *Study) order(seedA, seedB uint64, armA, armB string, iterationA, iterationB int, langA, langB string) int {
	return cmp.Or(cmp.Compare(seedA, seedB), place(s.armAt, armA, armB), cmp.Compare(iterationA, iterationB), place(s.langAt, langA, langB))
}

// place compares where two names are declared. Most are equal, and looking all of them up takes long. What is not declared
// comes last, by name.
func place(at map[string]int, a, b string) int {
	if a == b {
		return 0
	}
	i, hasA := at[a]
	j, hasB := at[b]
	return cmp.Or(trueFirst(hasA, hasB), cmp.Compare(i, j), cmp.Compare(a, b))
}

func (s *Study) lastIteration() int {
	last := s.Iterations
	for i := range s.Set.Pairs {
		last = max(last, s.Set.Pairs[i].Iteration)
	}
	for i := range s.Set.Steps {
		last = max(last, s.Set.Steps[i].Iteration)
	}
	for i := range s.Set.Consensus {
		last = max(last, s.Set.Consensus[i].Iteration)
	}
	for i := range s.Set.Fidelity {
		last = max(last, s.Set.Fidelity[i].Iteration)
	}
	return last
}

func (s *Study) selecting() map[string]bool {
	selects := map[string]bool{}
	for i := range s.Set.Consensus {
		selects[s.Set.Consensus[i].Arm] = true
	}
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Rank > 0 && !selects[p.Arm] {
			selects[p.Arm] = true
		}
	}
	return selects
}

// Outer is what a training run is an example of: a seed, or, where seeds start from several models, the model, for runs that share it are no
// independent examples. Intervals are over these.
func (s *Study) Outer(seed uint64) uint64 {
	if len(s.Bases) > 1 {
		return s.baseOf[seed]
	}
	return seed
}

// Start tells the model that a seed starts from: those of seeds that start from one model are equal.
func (s *Study) Start(seed uint64) uint64 { return s.baseOf[seed] }

// Runs says how many training runs there are, and on how many models: "6 seeds on 3 models".
func (s *Study) Runs() string {
	text := fmt.Sprintf("%d seeds", len(s.Seeds))
	if len(s.Seeds) == 1 {
		text = "1 seed"
	}
	if len(s.Bases) > 1 {
		text += fmt.Sprintf(" on %d models", len(s.Bases))
	}
	return text
}

// Asked is the prompt of that id, and whether it was recorded.
func (s *Study) Asked(id string) (record.Prompt, bool) {
	p, ok := s.asked[id]
	return p, ok
}
