package outcome

import (
	"cmp"
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
)

// Sweep is how arms that differ in one setting alone compare with the reference arm, in the order of their values.
type Sweep struct {
	First  record.Arm // of its arms, in the study's order: the others are like it but for the setting
	Points []Point
}

// Point is one arm of a sweep.
type Point struct {
	Arm   string
	Value float64
	Minus map[string]stats.Estimate // win rate minus the reference's, by group of languages; groups without prompts of both are left out
}

// Swept are the sweeps over a setting, without points that were not evaluated; a sweep has at least two points. Without a reference
// there is nothing to compare with.
func (s *Study) Swept(setting string) []Sweep {
	reference := s.Reference()
	if reference == nil {
		return nil
	}
	var all []Sweep
	for _, recorded := range s.Sweeps {
		if recorded.Key != setting {
			continue
		}
		w := Sweep{}
		for i, arm := range recorded.Arms {
			if i == 0 {
				w.First = *s.Arm(arm) // the records were checked
			}
			if p := s.point(arm, recorded.Values[i], reference.Name); len(p.Minus) > 0 {
				w.Points = append(w.Points, p)
			}
		}
		slices.SortStableFunc(w.Points, func(a, b Point) int { return cmp.Compare(a.Value, b.Value) })
		if len(w.Points) > 1 {
			all = append(all, w)
		}
	}
	return all
}

func (s *Study) point(arm string, value float64, reference string) Point {
	p := Point{Arm: arm, Value: value, Minus: map[string]stats.Estimate{}}
	for _, g := range s.Groups() {
		if e := s.WinsMinus(arm, reference, g); e.N > 0 {
			p.Minus[g.Name] = e
		}
	}
	return p
}
