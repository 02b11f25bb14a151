package outcome

import (
	"congrad/eval/stats"
	"congrad/results/records"
)

// Contrast is the paired difference of an arm to another one in one language.
type Contrast struct {
	Lang     string
	Estimate stats.Estimate
	Detected bool // after Holm's correction over the languages of the arm
}

// Contrasts compares the win rates of two arms in every language that has prompts of both, in the study's order.
func (s *Study) Contrasts(arm, reference string) []Contrast {
	var list []Contrast
	var p []float64
	for _, l := range s.Languages {
		if e := s.WinsMinus(arm, reference, records.Only(l.Code)); e.N > 0 {
			list = append(list, Contrast{Lang: l.Code, Estimate: e})
			p = append(p, e.P)
		}
	}
	for i, adjusted := range stats.Holm(p) {
		list[i].Detected = list[i].Estimate.Bounded() && adjusted < 1-records.Level
	}
	return list
}
