package measure

import (
	"cmp"
	"slices"

	"congrad/eval/stats"
)

// Sweep is how arms that differ in one setting alone compare with joint training, in the order of their values.
type Sweep struct {
	Name   string
	Points []Point
}

// Point is one arm of a sweep.
type Point struct {
	Arm   string
	Value float64
	Minus map[string]stats.Estimate // win rate minus joint's, by group of languages; groups without prompts of both are left out
}

// Swept are the sweeps over a setting, without points that were not evaluated; a sweep of one point is none. Without a joint arm
// there is nothing to compare with.
func (s *Study) Swept(setting string) []Sweep {
	joint := s.Joint()
	if joint == nil {
		return nil
	}
	var all []Sweep
	for _, recorded := range s.Sweeps {
		if recorded.Key != setting {
			continue
		}
		w := Sweep{Name: recorded.Name}
		for i, arm := range recorded.Arms {
			if p := s.point(arm, recorded.Values[i], joint.Name); len(p.Minus) > 0 {
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

func (s *Study) point(arm string, value float64, joint string) Point {
	p := Point{Arm: arm, Value: value, Minus: map[string]stats.Estimate{}}
	for _, g := range s.Groups() {
		if e := s.WinsMinus(arm, joint, g); e.N > 0 {
			p.Minus[g.Name] = e
		}
	}
	return p
}
