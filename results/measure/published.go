package measure

import (
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
)

// Claim is a number from elsewhere beside what this study measured.
type Claim struct {
	record.Published
	Own stats.Estimate // N = 0 where nothing of the kind was measured
}

// Inside reports whether the number lies in the study's own interval; known is false where there is none, or one without a
// width, since all of a few items came out alike.
func (c Claim) Inside() (inside, known bool) {
	if c.Own.N == 0 || !c.Own.Bounded() || c.Own.Low == c.Own.High {
		return false, false
	}
	return c.Own.Low <= c.Value && c.Value <= c.Own.High, true
}

// published names the measures that a number from elsewhere may be of, with what the study has to set beside it.
func (s *Study) published(l *Lengths) map[string]func(record.Published, Group) stats.Estimate {
	known := map[string]func(record.Published, Group) stats.Estimate{
		"win rate": func(p record.Published, in Group) stats.Estimate { return s.WinRate(p.Arm, in) },
		"win rate at equal length": func(p record.Published, in Group) stats.Estimate {
			return l.Of(p.Arm, in).Controlled
		},
	}
	for _, m := range Measures() {
		known[m.Name] = func(p record.Published, in Group) stats.Estimate { return s.Tax(m, p.Task, p.Arm, in) }
	}
	return known
}

// Claims are the numbers from elsewhere, in the order in which they were typed.
func (s *Study) Claims(l *Lengths) []Claim {
	known := s.published(l)
	var list []Claim
	for _, p := range s.Published {
		in, _ := s.named(p.Languages) // the records were checked
		list = append(list, Claim{p, known[p.Measure](p, in)})
	}
	return list
}

// named finds a group by its name, or a language by its code.
func (s *Study) named(name string) (Group, bool) {
	if g, ok := s.Group(name); ok {
		return g, true
	}
	_, ok := s.langAt[name]
	return Only(name), ok
}

// published checks that every number from elsewhere can be set beside something.
func (f *faults) published() {
	known := f.study.published(nil)
	for i, p := range f.study.Published {
		if _, ok := f.study.armAt[p.Arm]; !ok {
			f.add("study: published number %d: the study has no arm %q", i+1, p.Arm)
		}
		if _, ok := f.study.named(p.Languages); !ok {
			f.add("study: published number %d: the study has no languages %q", i+1, p.Languages)
		}
		if known[p.Measure] == nil {
			f.add("study: published number %d: no measure is called %q", i+1, p.Measure)
		}
		if p.Task != "" && !slices.Contains(f.study.Tasks, p.Task) {
			f.add("study: published number %d: the study has no task %q", i+1, p.Task)
		}
		if (p.Low == nil) != (p.High == nil) {
			f.add("study: published number %d: has one end of an interval", i+1)
		}
	}
}
