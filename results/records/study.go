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
	Set    record.Set // its records in order; not to be changed
	armAt  map[string]int
	langAt map[string]int
	asked  map[string]record.Prompt // by id
	baseOf map[uint64]uint64        // by seed; empty where all seeds start from one model
}

// New puts the records in order and checks them. It changes nothing in set, but shares memory with it, so set must not
// change while the study is in use.
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
	s.Set.Answers = sorted(s.Set.Answers, func(a, b record.Answer) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang),
			cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Sample, b.Sample))
	})
	s.Set.Pairing = sorted(s.Set.Pairing, func(a, b record.Pairing) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	})
	s.Set.Pairs = sorted(s.Set.Pairs, func(a, b record.Pair) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang),
			cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Chosen, b.Chosen), cmp.Compare(a.Rejected, b.Rejected))
	})
	s.Set.Consensus = sorted(s.Set.Consensus, func(a, b record.Consensus) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, "", ""),
			slices.CompareFunc(a.Gram, b.Gram, slices.Compare))
	})
	s.Set.Steps = sorted(s.Set.Steps, func(a, b record.Step) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang), cmp.Compare(a.Step, b.Step))
	})
	s.Set.Evaluations = sorted(s.Set.Evaluations, func(a, b record.Evaluation) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang), cmp.Compare(a.Prompt, b.Prompt))
	})
	s.Set.Choices = sorted(s.Set.Choices, func(a, b record.Choice) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.Set.Passages = sorted(s.Set.Passages, func(a, b record.Passage) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.Set.Replies = sorted(s.Set.Replies, func(a, b record.Reply) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.Set.Fidelity = sorted(s.Set.Fidelity, func(a, b record.Fidelity) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang),
			cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Exact, b.Exact), cmp.Compare(a.Sketched, b.Sketched))
	})
}

// sorted leaves records as they are when they are in order, which is how a run writes them.
func sorted[T any](records []T, compare func(a, b T) int) []T {
	if slices.IsSortedFunc(records, compare) {
		return records
	}
	records = slices.Clone(records)
	slices.SortFunc(records, compare)
	return records
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

// Outer is what a training run is an example of: a seed, or, where seeds start from several models, the model, for runs that share it are no
// independent examples. Intervals are over these.
func (s *Study) Outer(seed uint64) uint64 {
	if base, several := s.baseOf[seed]; several {
		return base
	}
	return seed
}

// Runs says how many training runs there are, and on how many models: "6 seeds on 3 models".
func (s *Study) Runs() string {
	text := fmt.Sprintf("%d seeds", len(s.Seeds))
	if len(s.Seeds) == 1 {
		text = "1 seed"
	}
	if len(s.Bases) > 0 {
		text += fmt.Sprintf(" on %d models", len(s.Bases))
	}
	return text
}

// Asked is the prompt of that id, and whether it was recorded.
func (s *Study) Asked(id string) (record.Prompt, bool) {
	p, ok := s.asked[id]
	return p, ok
}
