package outcome

import (
	"congrad/eval/stats"
	"congrad/results/records"
)

// Gauge is a measure of answers to held-out prompts, from 0 to 1, more being better.
type Gauge struct {
	Name  string
	Of    func(of Which, arm string, in records.Group) stats.Estimate
	Minus func(of Which, arm, reference string, in records.Group) stats.Estimate // paired difference of two arms
	// Better is the same of the better of the two in each language to the reference (ExactBetterOf).
	Better func(of Which, arm, reference string, in records.Group) stats.Estimate
}

// Gauges are the share of exact answers, where there are reference answers, and the win rate. The first is the one that tables show if
// they show only one: a win rate also counts answers that come closer without being right.
func (s *Study) Gauges() (list []Gauge) {
	if prompts, _ := s.Prompts(); prompts > 0 && s.HeldAnswersKnown() {
		list = append(list, Gauge{"exact", s.ExactOf, s.ExactMinusOf, s.ExactBetterOf})
	}
	return append(list, Gauge{"win rate", s.WinRateOf, s.WinsMinusOf, s.WinsBetterOf})
}
