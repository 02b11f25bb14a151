package outcome

import (
	"fmt"
	"slices"
	"strings"
)

// Doubt says why numbers are no result: whatever they are, they do not show what the study asks. It is printed in the tables that it spoils
// and before all findings, and no finding says "no difference" about its arms.
type Doubt struct {
	Text   string   // one or more sentences
	Arms   []string // whose numbers; empty: all arms'
	Tables []string
	Among  bool // only the comparisons of Arms with each other are spoiled
}

// The tables that a doubt spoils. Every doubt is in the main table, which the terminal shows.
var (
	ofWins  = []string{"main", "languages", "lengths", "sampled", "iterations", "who-pays", "room", "arms", "conflict-gain"}
	ofJudge = append([]string{"judge"}, ofWins...)
	ofPairs = append([]string{"pairs", "training", "tax"}, ofWins...)
	ofTax   = []string{"main", "tax"}
)

// Doubts lists what spoils the study's numbers, the worst first.
func (s *Study) Doubts() []Doubt { return s.doubts() }

// DoubtsOf are the sentences of the doubts that spoil a table.
func (s *Study) DoubtsOf(table string) (texts []string) {
	for _, d := range s.doubts() {
		if slices.Contains(d.Tables, table) {
			texts = append(texts, d.Text)
		}
	}
	return texts
}

// Doubted reports whether the comparison of two arms in a table is no result. Against a file's answers, other is empty.
func (s *Study) Doubted(table, arm, other string) bool {
	return slices.ContainsFunc(s.doubts(), func(d Doubt) bool {
		one, both := slices.Contains(d.Arms, arm), slices.Contains(d.Arms, other)
		return slices.Contains(d.Tables, table) && (len(d.Arms) == 0 || one && both || !d.Among && (one || both))
	})
}

func (s *Study) findDoubts() []Doubt {
	if len(s.Set.Evaluations)+len(s.Set.Choices)+len(s.Set.Passages) == 0 {
		return nil
	}
	untrained := s.withoutPairs()
	return slices.Concat(untrained, s.oneLanguage(), s.judgeDoubts(), s.collapsed(), s.endless(), s.sameAnswers(untrained), s.unlikely())
}

// withoutPairs are the arms that trained on nothing, in all seeds or in some.
func (s *Study) withoutPairs() (list []Doubt) {
	type run struct {
		arm  string
		seed uint64
	}
	met := map[run]bool{}
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Kept {
			met[run{p.Arm, p.Seed}] = true
		}
	}
	for i := range s.Set.Steps {
		if x := &s.Set.Steps[i]; x.Pairs > 0 {
			met[run{x.Arm, x.Seed}] = true
		}
	}
	if len(s.Set.Pairs)+len(s.Set.Pairing) == 0 {
		return nil // nothing about pairs was recorded
	}
	for _, a := range s.Trained() {
		var without []string
		for _, seed := range s.Seeds {
			if !met[run{a.Name, seed}] && slices.ContainsFunc(s.evaluations[a.Name].records(), func(e evaluation) bool { return e.Seed == seed }) {
				without = append(without, fmt.Sprint(seed))
			}
		}
		switch {
		case len(without) == 0:
		case len(without) == len(s.Seeds):
			list = append(list, Doubt{fmt.Sprintf("%s was trained on no pair, so it is the base model: its numbers are not a result of training.", a.Name), []string{a.Name}, ofPairs, false})
		default:
			list = append(list, Doubt{fmt.Sprintf("%s was trained on no pair in %d of %d seeds (%s), in which it is the base model.", a.Name, len(without), len(s.Seeds), strings.Join(without, ", ")), []string{a.Name}, ofPairs, false})
		}
	}
	return list
}

// oneLanguage are the arms that filter by a consensus of one language.
func (s *Study) oneLanguage() (list []Doubt) {
	for _, a := range s.Filters() {
		var seen []string
		for _, l := range s.Languages {
			if l.Seen && !slices.Contains(a.Without, l.Code) {
				seen = append(seen, l.Code)
			}
		}
		if len(seen) == 1 {
			list = append(list, Doubt{fmt.Sprintf("%s has the pairs of one language (%s), so there is no conflict between languages to filter: its consensus is the gradient of that language.", a.Name, seen[0]), []string{a.Name}, ofPairs, false})
		}
	}
	return list
}

// The share of answers, pairs or verdicts from which on they say nothing, and the fewest that such a share is taken of.
const (
	mostUnusable = 0.5
	fewest       = 4
)

// judgeDoubts say that a judge does not judge: it reads nothing, contradicts itself, or makes everything a tie.
func (s *Study) judgeDoubts() (list []Doubt) {
	if s.Judged() {
		none, all := s.Failed()
		if s.Scored() {
			none, all = s.Unread()
		}
		if all > 0 && float64(none) >= mostUnusable*float64(all) {
			list = append(list, Doubt{fmt.Sprintf("The judge gave no verdict on %d of %d answers; they count as ties, so win rates are near 0.5 whatever the answers are.", none, all), nil, ofJudge, false})
		}
	}
	if s.Server() != "" {
		judged, opposed, first := 0, 0.0, 0.0
		for _, a := range s.Arms {
			v := s.Verdicts(a.Name)
			judged += v.Judged
			opposed += v.Opposed.Mean * float64(v.Judged)
			first += v.First.Mean * float64(v.Judged)
		}
		if judged >= fewest && opposed >= mostUnusable*float64(judged) {
			list = append(list, Doubt{fmt.Sprintf("The judge contradicts itself: when the order of the answers is swapped, it prefers the other answer on %.0f %% of %d judged pairs (mean preference for the answer shown first: %.2f). Win rates are near 0.5 whatever the answers are.",
				100*opposed/float64(judged), judged, first/float64(judged)), nil, ofJudge, false})
		}
	}
	ties, n, differ := 0, 0, false
	for _, a := range s.Contenders() {
		for _, e := range s.evaluations[a.Name].records() {
			n++
			ties += int(indicator(e.Win == 0.5))
			differ = differ || e.Verdict != nil && e.Verdict.By != "same" && e.Verdict.Failed == "" || e.Verdict == nil && e.Known != e.Opponent
		}
	}
	if n >= fewest && ties == n && differ && len(list) == 0 {
		list = append(list, Doubt{fmt.Sprintf("All %d comparisons are ties though answers differ: the judge does not distinguish them.", n), nil, ofJudge, false})
	}
	return list
}

// unlikely are the arms whose scores of a task's texts are far below those of chance or of the base model.
func (s *Study) unlikely() (list []Doubt) {
	all, _ := s.Group("all")
	for _, task := range s.TaxTasks() {
		for _, a := range s.Arms {
			bits := s.Tax(BitsPerByte(), task, a.Name, all)
			if bits.N > 0 && bits.Mean > 8 {
				list = append(list, Doubt{fmt.Sprintf("%s needs %.1f bits per byte on task %s: more than the 8 of bytes drawn at random.", a.Name, bits.Mean, task), []string{a.Name}, ofTax, false})
			}
			base := s.Untouched()
			if base == nil || !a.Trained {
				continue
			}
			own, n := s.bestOption(task, a.Name)
			before, m := s.bestOption(task, base.Name)
			if n > 0 && m > 0 && own < 2*before && own < before-10 {
				list = append(list, Doubt{fmt.Sprintf("%s finds every option of task %s next to impossible: the best one has a mean log-likelihood of %.0f, with the base model %.0f. Its accuracy there says nothing.", a.Name, task, own, before), []string{a.Name}, ofTax, false})
			}
		}
	}
	return list
}

// bestOption is the mean log-likelihood, in nats, of the likeliest option of a task's n items.
func (s *Study) bestOption(task, arm string) (mean float64, n int) {
	for _, c := range s.choices[arm].records() {
		if c.Task == task && len(c.LogLikelihoods) > 0 {
			mean += slices.Max(c.LogLikelihoods)
			n++
		}
	}
	return mean / float64(max(1, n)), n
}
