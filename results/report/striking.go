package report

import (
	"fmt"
	"math"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// striking is what strikes most, in a sentence: languages that lose under every arm, or the largest significant difference to the reference in a
// language. Of numbers that are no result there is nothing to say.
func striking(s *outcome.Study) string {
	if len(s.Doubts()) > 0 {
		return ""
	}
	if lost := lostLanguages(s); lost != "" {
		return lost
	}
	reference := s.Reference()
	if reference == nil {
		return ""
	}
	best, text, measured := 0.0, "", false
	for _, a := range s.Trained() {
		if a.Name == reference.Name {
			continue
		}
		for _, c := range s.Contrasts(a.Name, reference.Name) {
			measured = measured || c.Estimate.N > 0
			if size := math.Abs(c.Estimate.Mean); c.Detected && size > best {
				how := "more"
				if c.Estimate.Mean < 0 {
					how = "less"
				}
				best, text = size, fmt.Sprintf("Most striking: in %s, %s wins %s often than %s (%s), the largest difference in any language that is significant after Holm's correction.",
					languageOf(s, c.Lang).Name, a.Name, how, reference.Name, signedBracket(c.Estimate))
			}
		}
	}
	if text == "" && measured {
		return "Most striking: no arm is significantly different from " + reference.Name + " in any language, after Holm's correction."
	}
	return text
}

// lostLanguages names the languages in which every trained arm has a win rate below a half, corrected over languages by Holm's method. In
// the figure of win rates they are what strikes first; a mean over languages hides them.
func lostLanguages(s *outcome.Study) string {
	arms := s.Contenders()
	if len(arms) < 2 {
		return ""
	}
	lost, total := map[string]int{}, map[string]int{}
	for _, a := range arms {
		var p []float64
		var codes []string
		for _, l := range s.Languages {
			if e := s.WinsMinusDraw(a.Name, records.Only(l.Code)); e.Bounded() {
				total[l.Code]++
				p, codes = append(p, e.P), append(codes, l.Code)
			}
		}
		for i, adjusted := range stats.Holm(p) {
			if adjusted < 1-records.Level && s.WinsMinusDraw(a.Name, records.Only(codes[i])).Mean < 0 {
				lost[codes[i]]++
			}
		}
	}
	var parts []string
	for _, l := range s.Languages {
		if total[l.Code] < 2 || lost[l.Code] < total[l.Code] {
			continue
		}
		var rates []string
		for _, a := range arms {
			if e := s.WinRate(a.Name, records.Only(l.Code)); e.N > 0 {
				rates = append(rates, fmt.Sprintf("%s %s %s", a.Name, table.Fixed(e.Mean, 3), bracket(e)))
			}
		}
		parts = append(parts, fmt.Sprintf("%s loses against %s under every arm (%s).", l.Name, s.Against(), strings.Join(rates, ", ")))
	}
	return join(parts...)
}

// languageContrasts names the languages in which an arm that picks pairs by the consensus is significantly different from the reference.
func languageContrasts(s *outcome.Study) string {
	reference := s.Reference()
	if reference == nil {
		return ""
	}
	var sentences []string
	for _, a := range s.Filters() {
		var more, less []string
		for _, c := range s.Contrasts(a.Name, reference.Name) {
			text := fmt.Sprintf("%s (%s)", languageOf(s, c.Lang).Name, signedBracket(c.Estimate))
			switch {
			case !c.Detected || a.Name == reference.Name:
			case c.Estimate.Mean > 0:
				more = append(more, text)
			default:
				less = append(less, text)
			}
		}
		sentences = append(sentences, contrastSentence(a, *reference, more, less))
	}
	return join(sentences...)
}

func contrastSentence(a, reference record.Arm, more, less []string) string {
	var parts []string
	if len(more) > 0 {
		parts = append(parts, "more often in "+enumerate(more))
	}
	if len(less) > 0 {
		parts = append(parts, "less often in "+enumerate(less))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Language by language, corrected for their number, %s wins %s than %s.", a.Name, strings.Join(parts, "; and "), reference.Name)
}
