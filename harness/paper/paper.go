// Package paper words what a run has to say of itself outside its report: the reproducibility checklist of a paper, and the card of
// an exported model. Whatever is not known from the run stands there as missing; nothing is guessed.
package paper

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/config"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// Run is what is known of a run.
type Run struct {
	Set      *record.Set
	Study    *outcome.Study  // of Set
	Settings []config.Origin // every value with where it comes from; nil where that was not kept
	Manifest *run.Manifest   // nil where there is none
}

// setting is a value as text; empty where it is not known or not set.
func (r Run) setting(key string) string {
	for _, o := range r.Settings {
		if o.Key == key && !o.Unset() {
			return fmt.Sprint(o.Value)
		}
	}
	return ""
}

// fact is one of the facts of the study, in words; empty where it is not recorded.
func (r Run) fact(name string) string {
	for _, f := range results.Facts(r.Study) {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// judge says who decides which answer wins.
func (r Run) judge() string {
	switch {
	case !r.Study.Judged():
		return "the reference answer: 1 for an exact match, else chrF (below 1); the higher score wins, equal scores count half"
	case r.Study.Scored():
		return "the base model, by its own score from 1 to 5; equal scores, and answers without a score, count half"
	}
	return "the model " + r.Study.Server() + " on a server, which compares both answers in both orders; a win is the mean of its two preferences"
}

// rates are the win rates of an arm in each group, in words.
func (r Run) rates(arm string) []string {
	var list []string
	for _, g := range r.Study.Groups() {
		e := r.Study.WinRate(arm, g)
		if e.N == 0 {
			continue
		}
		list = append(list, fmt.Sprintf("%s (%d): %s, n = %d", g.Name, len(g.Codes), table.Interval(e, 3, 0, 1).Text, e.N))
	}
	return list
}

// codes are the study's languages, seen or not.
func (r Run) codes(seen bool) []string {
	var list []string
	for _, l := range r.Study.Languages {
		if l.Seen == seen {
			list = append(list, l.Code)
		}
	}
	return list
}

// Limits are what the run itself shows to be weak about what it found.
func (r Run) Limits() []string {
	s := r.Study
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if s.Partial != "" {
		add("The run is only a part of its experiment (%s): its numbers show that it runs, they are not results.", s.Partial)
	}
	switch n := len(s.Seeds); {
	case n == 1:
		add("One seed: intervals cover variation over prompts, not over training runs.")
	case n < 5:
		add("%d seeds: the variation between training runs is known only roughly, which makes the intervals wide.", n)
	}
	if prompts, _ := s.Prompts(); prompts == 0 {
		add("Nothing was evaluated.")
		return list
	}
	if s.Judged() {
		add("Wins are judged by a model (%s), not by reference answers or people; a higher win rate means that this model prefers an arm's answers.", orElse(s.Server(), "the base model itself"))
	} else {
		add("Answers are compared with one reference answer by surface similarity: a different correct answer scores lower.")
	}
	if noise := r.setting("judge.noise"); noise != "" && noise != "0" {
		add("%s of the training judge's scores are random by design (judge.noise).", noise)
	}
	if r.setting("evaluate.split") == "dev" {
		add("The evaluation is on the development split, which may have been used to make choices.")
	}
	if r.setting("prompts.source") == "tiny" {
		add("Prompts are from the embedded world: synthetic, short, with one reference answer each. Results may not transfer to open instructions.")
	}
	if len(r.codes(false)) == 0 {
		add("No unseen language was evaluated: transfer was not measured.")
	}
	if len(s.TaxTasks()) == 0 {
		add("The alignment tax was not measured.")
	}
	if weak := r.weak(); len(weak) > 0 {
		add("The base model gives fewer than half of the reference answers exactly in: %s. Training starts from a low level there.", strings.Join(weak, ", "))
	}
	if g, ok := s.Group("under-represented"); ok {
		add("Declared as scarce in the base model's data: %s.", strings.Join(g.Codes, ", "))
	}
	for _, a := range s.Confined() {
		add("%s has one model per language for some languages and is not measured in the others.", a.Name)
	}
	if undecided := s.Undecided("The judge"); undecided != "" {
		list = append(list, undecided)
	}
	if len(s.Published) > 0 {
		add("%s typed in from elsewhere (table published) and not checked.", map[bool]string{true: "A number was", false: "Numbers were"}[len(s.Published) == 1])
	}
	return list
}

// weak lists the languages in which the base model is more often wrong than right, with the share of right answers.
func (r Run) weak() []string {
	untouched := r.Study.Untouched()
	if untouched == nil {
		return nil
	}
	var list []string
	for _, l := range r.Study.Languages {
		if e := r.Study.Exact(untouched.Name, records.Only(l.Code)); e.N > 0 && e.Mean < 0.5 {
			list = append(list, fmt.Sprintf("%s (%s)", l.Code, table.Fixed(e.Mean, 2)))
		}
	}
	return list
}

// limitsOfTheMachine are gaps in what is known of how the run was computed.
func (r Run) limitsOfTheMachine() []string {
	m := r.Manifest
	if m == nil {
		return []string{"The run has no manifest: its machine, program version and duration are not known."}
	}
	var list []string
	if m.Commit == "" {
		list = append(list, "The program does not know the commit from which it was built.")
	}
	if m.Dirty {
		list = append(list, "The program was built with uncommitted changes: the commit alone does not reproduce it.")
	}
	if m.Outcome != "finished" {
		list = append(list, "The last command of the run did not finish: "+m.Outcome+".")
	}
	if slices.ContainsFunc(m.Spent, func(s record.Spent) bool { return s.Calls == 0 || s.Lost }) {
		list = append(list, "The duration of some stages is not known.")
	}
	return list
}

// spent sums up what the run took: seconds of what is known, and of how many stages nothing is.
func (r Run) spent() (seconds float64, peak int64, stages, unknown int) {
	if r.Manifest == nil {
		return
	}
	for _, s := range r.Manifest.Spent {
		seconds += s.Seconds
		peak = max(peak, s.Peak)
		stages++
		if s.Calls == 0 {
			unknown++
		}
	}
	return
}
