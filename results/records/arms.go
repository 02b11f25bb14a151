package records

import (
	"slices"

	"congrad/harness/record"
)

// Untouched is the arm that is the untrained base model; nil if the study has no such arm.
func (s *Study) Untouched() *record.Arm { return s.Arm(s.Baseline) }

// Reference is the arm that paired differences are taken to; nil if there is no such arm.
func (s *Study) Reference() *record.Arm { return s.Arm(s.Study.Reference) }

// NoReference says why there are no paired differences, as a sentence; empty where there are some.
func (s *Study) NoReference() string {
	if s.Reference() != nil {
		return ""
	}
	return "No paired differences: no arm trains on all pairs of all seen languages, and evaluate.reference names no other arm."
}

// Filters are the arms that pick pairs by the consensus of the languages.
func (s *Study) Filters() []record.Arm {
	return s.arms(func(a record.Arm) bool { return a.Select == "congrad" })
}

// Matches are the arms that draw at random as many pairs as the given arm keeps.
func (s *Study) Matches(arm string) []record.Arm {
	return s.arms(func(a record.Arm) bool { return a.Select == "random" && a.Match == arm })
}

// Selector is the arm whose selection the figures show: the first that picks pairs by the consensus, else the first that ranks
// them otherwise, else the first with ranked pairs or a consensus; nil when no arm selects.
func (s *Study) Selector() *record.Arm {
	for _, is := range []func(record.Arm) bool{
		func(a record.Arm) bool { return a.Select == "congrad" },
		func(a record.Arm) bool { return a.Keep != nil },
		func(record.Arm) bool { return true },
	} {
		if i := slices.IndexFunc(s.Arms, func(a record.Arm) bool { return s.selects[a.Name] && is(a) }); i >= 0 {
			return &s.Arms[i]
		}
	}
	return nil
}

// Contenders are the arms whose win rates say something: the trained ones, and against the answers of a file all.
func (s *Study) Contenders() []record.Arm {
	if s.Answers != nil {
		return s.Arms
	}
	return s.Trained()
}

// Against says whose answers win rates compare with.
func (s *Study) Against() string {
	if s.Answers != nil {
		return "the file " + s.Answers.Path
	}
	return "the base model"
}

// Trained are the arms that were trained, in the study's order.
func (s *Study) Trained() []record.Arm { return s.arms(func(a record.Arm) bool { return a.Trained }) }

// Confined are the arms that have a model for each of some languages and none for others.
func (s *Study) Confined() []record.Arm {
	return s.arms(func(a record.Arm) bool { return len(a.Languages) > 0 })
}

// Covers reports whether the arm has a model for every language of the group. Where it has not, it is not measured: a mean
// over the languages that it has would be next to means over all of them.
func (s *Study) Covers(arm string, in Group) bool {
	a := s.Arm(arm)
	if a == nil || len(a.Languages) == 0 {
		return true
	}
	return !slices.ContainsFunc(in.Codes, func(code string) bool { return !slices.Contains(a.Languages, code) })
}

// Arm finds an arm by its name; nil if there is no such arm.
func (s *Study) Arm(name string) *record.Arm {
	if at, ok := s.armAt[name]; ok {
		return &s.Arms[at]
	}
	return nil
}

// OneEach are the trained arms with one model per language: what a language reaches by itself.
func (s *Study) OneEach() []record.Arm {
	return s.arms(func(a record.Arm) bool { return a.Trained && a.Policy == "mono" && len(a.Groups) == 0 })
}

// Oracles are the trained arms with one model for all languages that keep the right pairs only, by the reference answers: what no filter can
// know.
func (s *Study) Oracles() []record.Arm {
	return s.arms(func(a record.Arm) bool { return a.Trained && a.Policy != "mono" && a.Select == "oracle" })
}

// Before reports whether an arm is declared before another.
func (s *Study) Before(arm, other string) bool { return s.armAt[arm] < s.armAt[other] }

func (s *Study) arms(are func(record.Arm) bool) []record.Arm {
	var list []record.Arm
	for _, a := range s.Arms {
		if are(a) {
			list = append(list, a)
		}
	}
	return list
}
