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
		return "the known right answer: 1 for an exact match, else chrF (below 1); the better one wins, equal scores count half"
	case r.Study.Scored():
		return "the model that all arms start from, by its own score from 1 to 5; equal scores, and answers without one, count half"
	}
	return "the model " + r.Study.Server() + " behind a server, which compares both answers in both orders; a win is the mean of its two preferences"
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
		add("The run is a part of its experiment (%s): its numbers show that it runs, not what it finds.", s.Partial)
	}
	switch n := len(s.Seeds); {
	case n == 1:
		add("One seed: intervals cover other prompts, not other training runs.")
	case n < 5:
		add("%d seeds: how much training runs differ is known only roughly, and the intervals are wide for it.", n)
	}
	if prompts, _ := s.Prompts(); prompts == 0 {
		add("Nothing was evaluated.")
		return list
	}
	if s.Judged() {
		add("Who wins is judged by a model (%s) and not by known answers or people; a higher win rate says that it likes an arm's answers better.", orElse(s.Server(), "the base model itself"))
	} else {
		add("Answers are compared with one known right form by surface likeness: another right answer counts as a worse one.")
	}
	if noise := r.setting("judge.noise"); noise != "" && noise != "0" {
		add("%s of the training judge's scores are random by design (judge.noise).", noise)
	}
	if r.setting("evaluate.split") == "dev" {
		add("The evaluation is on the development split, on which choices may have been made.")
	}
	if r.setting("prompts.source") == "tiny" {
		add("Prompts are of the embedded world: made, short, with one right form each. What holds there need not hold for open instructions.")
	}
	if len(r.codes(false)) == 0 {
		add("No unseen language was evaluated: nothing is known of transfer.")
	}
	if len(s.TaxTasks()) == 0 {
		add("The alignment tax was not measured.")
	}
	if weak := r.weak(); len(weak) > 0 {
		add("The untouched model gives fewer than half of the known answers exactly in: %s. What training changes there starts from little.", strings.Join(weak, ", "))
	}
	if g, ok := s.Group("under-represented"); ok {
		add("Declared to be scarce in the base model's data: %s.", strings.Join(g.Codes, ", "))
	}
	for _, a := range s.Confined() {
		add("%s has a model for each of some languages and is not measured in others.", a.Name)
	}
	if undecided := s.Undecided("The judge"); undecided != "" {
		list = append(list, undecided)
	}
	if len(s.Published) > 0 {
		add("%s typed in from elsewhere (table published) and not checked.", map[bool]string{true: "A number was", false: "Numbers were"}[len(s.Published) == 1])
	}
	return list
}

// weak are the languages in which the untouched model is more often wrong than right, with how often it is right.
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
		return []string{"The run has no manifest: on what machine, by what version and how long it ran is not known."}
	}
	var list []string
	if m.Commit == "" {
		list = append(list, "The program does not know the commit that it was built from.")
	}
	if m.Dirty {
		list = append(list, "The program was built from a commit with changes that are in none: the commit does not give it back.")
	}
	if m.Outcome != "finished" {
		list = append(list, "The run's last call did not finish: "+m.Outcome+".")
	}
	if slices.ContainsFunc(m.Spent, func(s record.Spent) bool { return s.Calls == 0 || s.Lost }) {
		list = append(list, "Of some stages it is not known how long they took.")
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
