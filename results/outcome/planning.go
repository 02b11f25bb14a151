package outcome

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Variation is what is known about how much a difference between two arms varies, for planning further studies.
type Variation struct {
	Claim      record.Claim // measure, arms and group; the rest is empty where no claim was made
	Estimate   stats.Estimate
	Components stats.Components
}

// Variations are those of the claims that the study can split into parts of seeds and of prompts. Without claims they are those of the win
// rate and of exact answers of every trained arm minus the reference, in the seen languages.
func (s *Study) Variations(claims []record.Claim) (list []Variation) {
	if reference := s.Reference(); len(claims) == 0 && reference != nil {
		for _, measure := range []string{"win rate", "exact"} {
			for _, a := range s.Trained() {
				if a.Name != reference.Name {
					claims = append(claims, record.Claim{Measure: measure, Arm: a.Name, Minus: reference.Name, Group: "seen"})
				}
			}
		}
	}
	known := contrasts()
	for _, c := range claims {
		in, ok := s.Find(c.Group)
		if !ok || s.Arm(c.Arm) == nil || c.Minus == "" || s.Arm(c.Minus) == nil {
			continue // of another study, or no difference
		}
		differences := known[c.Measure].of(s, c, in)
		if parts, ok := stats.ComponentsOf(differences); ok {
			list = append(list, Variation{c, stats.Mean(differences, records.Level), parts})
		}
	}
	return list
}
