package exchange

import (
	"strings"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/records"
)

// reading is a measure of an arm in a group of languages.
type reading struct {
	measure  string // "win_rate", "accuracy/capitals"
	title    string
	task     string // empty for answers to held-out prompts
	better   int
	share    bool
	estimate stats.Estimate
}

// readings are the win rate, the share of exact answers and the tax of each task, as far as they were measured.
func readings(s *outcome.Study, arm string, in records.Group) (list []reading) {
	add := func(r reading) {
		if r.estimate.N > 0 {
			list = append(list, r)
		}
	}
	add(reading{"win_rate", "win rate against the answers of " + s.Against(), "", 1, true, s.WinRate(arm, in)})
	if s.HeldAnswersKnown() {
		add(reading{"exact", "share of answers that are equal to the reference answer", "", 1, true, s.Exact(arm, in)})
	}
	for _, task := range s.TaxTasks() {
		for _, m := range outcome.Measures() {
			add(reading{strings.ReplaceAll(m.Name, " ", "_") + "/" + task, m.Name + " on " + task, task, m.Better, m.Share, s.Tax(m, task, arm, in)})
		}
	}
	return list
}
