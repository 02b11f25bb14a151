package results

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

// minus is the name of a column of paired differences to the reference arm; empty where the study has none.
func minus(s *outcome.Study) string {
	if reference := s.Reference(); reference != nil {
		return "minus " + reference.Name
	}
	return ""
}

// minusColumn is that column; nil if the study has no reference, and unreferenced then says why.
func minusColumn(s *outcome.Study, group, what string) []table.Column {
	if s.Reference() == nil {
		return nil
	}
	return []table.Column{difference(group, minus(s)+what)}
}

// differences explains that column in a note.
func differences(s *outcome.Study) string {
	if s.Reference() == nil {
		return ""
	}
	return minus(s) + ": paired difference of win rates. "
}

// minusCell is an arm's cell in such a column; the reference itself and untrained arms have no difference.
func minusCell(s *outcome.Study, a record.Arm, of func(arm, reference string) stats.Estimate) []table.Cell {
	reference := s.Reference()
	switch {
	case reference == nil:
		return nil
	case !a.Trained || a.Name == reference.Name:
		return []table.Cell{table.None(len(table.DifferenceFields()))}
	}
	return []table.Cell{told(of(a.Name, reference.Name))}
}

// winsMinus is minusCell of the win rates in a group of languages.
func winsMinus(s *outcome.Study, a record.Arm, g records.Group) []table.Cell {
	return minusCell(s, a, func(arm, reference string) stats.Estimate { return s.WinsMinus(arm, reference, g) })
}

// unreferenced is the footnote that says why a table has no such column; nil if it has one.
func unreferenced(s *outcome.Study) []string {
	if why := s.NoReference(); why != "" {
		return []string{why}
	}
	return nil
}

// Detectable says how large a difference to the reference must be to be detected: the largest over the arms.
func Detectable(s *outcome.Study) string {
	reference := s.Reference()
	if reference == nil {
		return ""
	}
	var parts []string
	for _, g := range s.Groups() {
		most := 0.0
		for _, a := range s.Trained() {
			if a.Name != reference.Name {
				most = math.Max(most, stats.MinimumDetectable(s.WinsMinus(a.Name, reference.Name, g), 0.8))
			}
		}
		if most > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s", table.Fixed(most, 3), g.Name))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Four in five studies like this one would detect a true difference to %s of at least %s languages (largest over the arms).", reference.Name, strings.Join(parts, ", "))
}

// languageMarks says for each trained arm and language on which side of the reference it is.
func languageMarks(s *outcome.Study) map[string]map[string]string {
	reference := s.Reference()
	if reference == nil {
		return nil
	}
	marks := map[string]map[string]string{}
	for _, a := range s.Trained() {
		if a.Name == reference.Name {
			continue
		}
		marks[a.Name] = map[string]string{}
		for _, c := range s.Contrasts(a.Name, reference.Name) {
			switch {
			case !c.Detected: // no mark: "~" is without a correction
			case c.Estimate.Mean > 0:
				marks[a.Name][c.Lang] = ">"
			default:
				marks[a.Name][c.Lang] = "<"
			}
		}
	}
	return marks
}
