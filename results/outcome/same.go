package outcome

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/records"
)

// mostAlike is the share of an arm's answers in a language that may be the same text.
const mostAlike = 0.8

// collapsed are the arms that give one text as the answer to most prompts of a language, though it is not the reference answer.
func (s *Study) collapsed() (list []Doubt) {
	for _, a := range s.Arms {
		var where []string
		example := ""
		for _, l := range s.Languages {
			texts, n := map[string]int{}, 0
			wrong := map[string]int{}
			for list := range s.evaluations[a.Name].in(records.Only(l.Code)) {
				for _, e := range list {
					n++
					text := strings.TrimSpace(e.Text)
					texts[text]++
					wrong[text] += int(indicator(e.Known != 1))
				}
			}
			for text, times := range texts {
				if n >= fewest*max(1, len(s.Seeds)) && float64(times) >= mostAlike*float64(n) && 2*wrong[text] > times {
					where, example = append(where, l.Name), text
				}
			}
		}
		if len(where) > 0 {
			if runes := []rune(example); len(runes) > 40 {
				example = string(runes[:40]) + "..."
			}
			list = append(list, Doubt{fmt.Sprintf("%s gives the same answer to most prompts in %s (such as %q): its answers have collapsed.", a.Name, strings.Join(where, ", "), example), []string{a.Name}, ofWins, false})
		}
	}
	return list
}

// endless are the arms whose answers are cut off at the limit where those of the base model end: they repeat themselves, as a rule.
func (s *Study) endless() (list []Doubt) {
	base := s.Untouched()
	if base == nil {
		return nil
	}
	before, n := s.cutOff(base.Name)
	for _, a := range s.Trained() {
		if cut, m := s.cutOff(a.Name); n >= fewest && m >= fewest && cut >= mostAlike && before < mostUnusable {
			list = append(list, Doubt{fmt.Sprintf("%.0f %% of the answers of %s do not end within the limit (base model: %.0f %%): they have collapsed, or the limit is too short for them.", 100*cut, a.Name, 100*before), []string{a.Name}, ofWins, false})
		}
	}
	return list
}

// cutOff is the share of an arm's n answers that do not end within the limit.
func (s *Study) cutOff(arm string) (share float64, n int) {
	for _, e := range s.evaluations[arm].records() {
		share += indicator(!e.Finished)
		n++
	}
	return share / float64(max(1, n)), n
}

// sameAnswers are arms that answer every prompt alike, the base model among them. without are those that were not trained, of which that is
// said already.
func (s *Study) sameAnswers(without []Doubt) (list []Doubt) {
	said := map[string]bool{}
	for _, d := range without {
		said[d.Arms[0]] = true
	}
	grouped := map[string]bool{}
	for i, a := range s.Arms {
		if grouped[a.Name] || len(s.evaluations[a.Name].records()) == 0 {
			continue
		}
		names, trained := []string{a.Name}, int(indicator(a.Trained && !said[a.Name]))
		for _, b := range s.Arms[i+1:] {
			if !grouped[b.Name] && s.answerAlike(a, b) {
				names, grouped[b.Name] = append(names, b.Name), true
				trained += int(indicator(b.Trained && !said[b.Name]))
			}
		}
		if len(names) > 1 && trained > 0 {
			list = append(list, Doubt{fmt.Sprintf("The answers of %s are the same on all %d held-out prompts, so their win rates cannot differ.", strings.Join(names, ", "), len(s.evaluations[names[1]].records())/max(1, len(s.Seeds))), names, ofWins, true})
		}
	}
	return list
}

// answerAlike reports whether two arms give the same texts on all prompts that both answered. An untrained arm is the same in all seeds.
func (s *Study) answerAlike(a, b record.Arm) bool {
	seed := func(e evaluation) uint64 {
		if !a.Trained {
			return s.Start(e.Seed)
		}
		return e.Seed
	}
	ours, theirs := s.evaluations[a.Name].records(), s.evaluations[b.Name].records()
	for i := range min(len(ours), len(theirs)) { // mostly the first ones differ
		if x, y := ours[i], theirs[i]; x.item == y.item && x.Seed == y.Seed && x.Text != y.Text {
			return false
		}
	}
	answers := make([]outcome, len(ours)) // by their places in the list
	for i, e := range ours {
		answers[i] = outcome{seed(e), e.place, float64(i), 1}
	}
	at, both := itemsOf(answers), 0
	differ := slices.ContainsFunc(theirs, func(e evaluation) bool {
		i, ok := at.at(seed(e), e.item)
		both += int(indicator(ok))
		return ok && ours[int(i)].Text != e.Text
	})
	return both > 0 && !differ
}
