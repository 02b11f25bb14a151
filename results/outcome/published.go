package outcome

import (
	"fmt"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Quoted is a number from elsewhere next to what this study measured.
type Quoted struct {
	record.Published
	Own stats.Estimate // N = 0 where nothing of the kind was measured
}

// Inside reports whether the number lies in the study's own interval; known is false if there is no interval, or one without a
// width, since all of a few items came out alike.
func (c Quoted) Inside() (inside, known bool) {
	if c.Own.N == 0 || !c.Own.Bounded() || c.Own.Low == c.Own.High {
		return false, false
	}
	return c.Own.Low <= c.Value && c.Value <= c.Own.High, true
}

// published names the measures that a number from elsewhere may be of, with what the study compares it with.
func (s *Study) published() map[string]func(record.Published, records.Group) stats.Estimate {
	known := map[string]func(record.Published, records.Group) stats.Estimate{
		"win rate": func(p record.Published, in records.Group) stats.Estimate { return s.WinRate(p.Arm, in) },
		"win rate at equal length": func(p record.Published, in records.Group) stats.Estimate {
			return s.Lengths().Of(p.Arm, in).Controlled
		},
	}
	for _, m := range Measures() {
		known[m.Name] = func(p record.Published, in records.Group) stats.Estimate { return s.Tax(m, p.Task, p.Arm, in) }
	}
	return known
}

// Quotes are the numbers from elsewhere, in the order in which they were typed.
func (s *Study) Quotes() []Quoted {
	known := s.published()
	var list []Quoted
	for _, p := range s.Published {
		in, _ := s.Find(p.Languages) // the records were checked
		list = append(list, Quoted{p, known[p.Measure](p, in)})
	}
	return list
}

// checkPublished reports numbers from elsewhere that are of no measure.
func (s *Study) checkPublished() (faults []error) {
	known := s.published()
	for i, p := range s.Published {
		if known[p.Measure] == nil {
			faults = append(faults, fmt.Errorf("study: published number %d: no measure is called %q", i+1, p.Measure))
		}
	}
	return faults
}
