// Package measure turns the records of a run into the estimates that tables, figures and findings show. One number is
// computed in one place, so that a table and a figure cannot disagree.
//
// Nothing here depends on the order of the records: they are sorted first, and a record that stands twice, names an
// unknown arm or language, or holds a number that is not finite is an error.
package measure

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"congrad/eval/stats"
	"congrad/harness/record"
)

// Level is the level of every interval and of every "detected" in a report.
const Level = 0.95

// Study is a checked set of records in a fixed order: arms as declared, languages as declared but seen ones first. It is safe
// for concurrent use.
type Study struct {
	record.Study
	set    record.Set
	armAt  map[string]int
	langAt map[string]int
	asked  map[string]record.Prompt // by id

	// by arm
	evaluations map[string][]*record.Evaluation
	choices     map[string][]*record.Choice
	passages    map[string][]*record.Passage
	replies     map[string][]*record.Reply

	known sync.Map // from estimated to func() stats.Estimate: tables, figures and findings show the same ones
}

// estimated names an estimate: what of which arm, less which other one, in which languages.
type estimated struct{ what, arm, reference, languages string }

// once computes an estimate the first time that it is asked for; who asks meanwhile waits.
func (s *Study) once(what, arm, reference string, in Group, compute func() stats.Estimate) stats.Estimate {
	key := estimated{what, arm, reference, strings.Join(in.Codes, " ")}
	e, ok := s.known.Load(key)
	if !ok {
		e, _ = s.known.LoadOrStore(key, sync.OnceValue(compute))
	}
	return e.(func() stats.Estimate)()
}

// byArm indexes records, whose order stays.
func byArm[T any](records []T, arm func(*T) string) map[string][]*T {
	index := map[string][]*T{}
	for i := range records {
		name := arm(&records[i])
		index[name] = append(index[name], &records[i])
	}
	return index
}

// New puts the records in order and checks them. It changes nothing in set, but shares memory with it, so set must not
// change while the study is in use.
func New(set *record.Set) (*Study, error) {
	s := &Study{Study: set.Study, set: *set, armAt: map[string]int{}, langAt: map[string]int{}, asked: map[string]record.Prompt{}}
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
	s.sort()
	if err := s.check(); err != nil {
		return nil, err
	}
	s.evaluations = byArm(s.set.Evaluations, func(e *record.Evaluation) string { return e.Arm })
	s.choices = byArm(s.set.Choices, func(c *record.Choice) string { return c.Arm })
	s.passages = byArm(s.set.Passages, func(p *record.Passage) string { return p.Arm })
	s.replies = byArm(s.set.Replies, func(r *record.Reply) string { return r.Arm })
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
	s.set.Answers = sorted(s.set.Answers, func(a, b record.Answer) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang),
			cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Sample, b.Sample))
	})
	s.set.Pairing = sorted(s.set.Pairing, func(a, b record.Pairing) int {
		return s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang)
	})
	s.set.Pairs = sorted(s.set.Pairs, func(a, b record.Pair) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang),
			cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Chosen, b.Chosen), cmp.Compare(a.Rejected, b.Rejected))
	})
	s.set.Consensus = sorted(s.set.Consensus, func(a, b record.Consensus) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, "", ""),
			slices.CompareFunc(a.Gram, b.Gram, slices.Compare))
	})
	s.set.Steps = sorted(s.set.Steps, func(a, b record.Step) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, a.Iteration, b.Iteration, a.Lang, b.Lang), cmp.Compare(a.Step, b.Step))
	})
	s.set.Evaluations = sorted(s.set.Evaluations, func(a, b record.Evaluation) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang), cmp.Compare(a.Prompt, b.Prompt))
	})
	s.set.Choices = sorted(s.set.Choices, func(a, b record.Choice) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.set.Passages = sorted(s.set.Passages, func(a, b record.Passage) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.set.Replies = sorted(s.set.Replies, func(a, b record.Reply) int {
		return cmp.Or(s.order(a.Seed, b.Seed, a.Arm, b.Arm, 0, 0, a.Lang, b.Lang),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.Item, b.Item))
	})
	s.set.Fidelity = sorted(s.set.Fidelity, func(a, b record.Fidelity) int {
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

// Asked is the prompt of that id, and whether it was recorded.
func (s *Study) Asked(id string) (record.Prompt, bool) {
	p, ok := s.asked[id]
	return p, ok
}

// Untouched is the arm that was not trained, whose answers the others are compared with unless a file's are; nil when the study has none.
func (s *Study) Untouched() *record.Arm {
	if s.Baseline != "" {
		return s.firstArm(func(a record.Arm) bool { return a.Name == s.Baseline })
	}
	return s.firstArm(func(a record.Arm) bool { return !a.Trained && (s.Opponent == "" || a.Name == s.Opponent) })
}

// Joint is the arm that trains on all pairs, the reference of the paired differences; nil when the study has none.
func (s *Study) Joint() *record.Arm {
	return s.firstArm(func(a record.Arm) bool { return a.Name == "joint" })
}

// Selector is the arm whose selection the figures show: congrad, else the first arm that ranks pairs by a measure, else the
// first arm with ranked pairs or a consensus; nil when no arm selects.
func (s *Study) Selector() *record.Arm {
	selects := map[string]bool{}
	for _, c := range s.set.Consensus {
		selects[c.Arm] = true
	}
	for _, p := range s.set.Pairs {
		if p.Rank > 0 {
			selects[p.Arm] = true
		}
	}
	if selects["congrad"] {
		return s.firstArm(func(a record.Arm) bool { return a.Name == "congrad" })
	}
	if a := s.firstArm(func(a record.Arm) bool { return selects[a.Name] && a.Measure != "" }); a != nil {
		return a
	}
	return s.firstArm(func(a record.Arm) bool { return selects[a.Name] })
}

// Contenders are the arms whose win rates say something: the trained ones, and against the answers of a file all.
func (s *Study) Contenders() []record.Arm {
	if s.Answers != nil {
		return s.Arms
	}
	return s.Trained()
}

// Against words whose answers win rates are against.
func (s *Study) Against() string {
	if s.Answers != nil {
		return "the file " + s.Answers.Path
	}
	return "the untouched model"
}

// Trained are the arms that were trained, in the study's order.
func (s *Study) Trained() []record.Arm {
	var arms []record.Arm
	for _, a := range s.Arms {
		if a.Trained {
			arms = append(arms, a)
		}
	}
	return arms
}

// Confined are the arms that have a model for each of some languages and none for others.
func (s *Study) Confined() []record.Arm {
	var arms []record.Arm
	for _, a := range s.Arms {
		if len(a.Languages) > 0 {
			arms = append(arms, a)
		}
	}
	return arms
}

// covers reports whether the arm has a model for every language of the group. Where it has not, it is not measured: a mean
// over the languages that it has would stand beside means over all of them.
func (s *Study) covers(arm string, in Group) bool {
	at, ok := s.armAt[arm]
	if !ok || len(s.Arms[at].Languages) == 0 {
		return true
	}
	return !slices.ContainsFunc(in.Codes, func(code string) bool { return !slices.Contains(s.Arms[at].Languages, code) })
}

func (s *Study) firstArm(is func(record.Arm) bool) *record.Arm {
	if i := slices.IndexFunc(s.Arms, is); i >= 0 {
		return &s.Arms[i]
	}
	return nil
}

// Group is a set of languages that a number is averaged over.
type Group struct {
	Name  string
	Codes []string
	in    map[string]bool
}

// Has reports whether a language belongs to the group.
func (g Group) Has(code string) bool { return g.in[code] }

// Groups are seen, unseen, under-represented and all languages; a group without languages is left out.
func (s *Study) Groups() []Group {
	var groups []Group
	for _, g := range []struct {
		name string
		has  func(record.Language) bool
	}{
		{"seen", func(l record.Language) bool { return l.Seen }},
		{"unseen", func(l record.Language) bool { return !l.Seen }},
		{"under-represented", func(l record.Language) bool { return l.UnderRepresented }},
		{"all", func(record.Language) bool { return true }},
	} {
		var codes []string
		for _, l := range s.Languages {
			if g.has(l) {
				codes = append(codes, l.Code)
			}
		}
		if len(codes) > 0 {
			groups = append(groups, group(g.name, codes...))
		}
	}
	return groups
}

// Group finds a group by name; false when the study has no such languages.
func (s *Study) Group(name string) (Group, bool) {
	for _, g := range s.Groups() {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// Only is the group of one language.
func Only(code string) Group { return group(code, code) }

func group(name string, codes ...string) Group {
	g := Group{Name: name, Codes: codes, in: map[string]bool{}}
	for _, c := range codes {
		g.in[c] = true
	}
	return g
}
