package results

import (
	"cmp"
	"fmt"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// plantedTable says how well each arm's score finds planted conflicts, and what of them it kept. It has rows only where
// pairs were planted.
func plantedTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "planted",
		Title: "Planted conflicts: which scores find the pairs whose answers were swapped",
		Note: "Mean [95 % interval] over the languages with planted pairs. AUROC: probability that an unchanged pair has a higher score than a planted pair of the same seed and " +
			"language; 0.5 is chance. planted: share of planted pairs among all pairs, and among those kept.",
		Columns: []table.Column{
			text("", "arm"), number("", "iteration"), text("", "score"), number("", "pairs"), number("planted", "of all"), interval("planted", "of kept"),
			interval("", "AUROC"),
		},
	}
	g, ok := measure.PlantedLanguages(s.Study)
	if !ok {
		return t
	}
	reference := s.Selector()
	if reference != nil {
		t.Columns = append(t.Columns, difference("", "minus "+reference.Name))
	}
	last := ""
	scores := map[string]string{}
	for _, a := range s.Arms {
		scores[a.Name] = cmp.Or(records.Score(a), table.Missing)
	}
	for _, x := range measure.Selections(s.Study) {
		pairs, planted := measure.Planted(s.Study, x.Arm, x.Iteration, g)
		first := x.Arm != last
		cells := []table.Cell{
			once(x.Arm, first), table.Count(x.Iteration), once(scores[x.Arm], first), table.Count(pairs), table.Share(ratio(planted, pairs), pairs > 0),
			rate(measure.PlantedShare(s.Study, x.Arm, x.Iteration, g)), rate(measure.PlantedAUROC(s.Study, x.Arm, x.Iteration, g)),
		}
		if reference != nil {
			difference := table.None(len(table.DifferenceFields()))
			if x.Arm != reference.Name {
				difference = told(measure.PlantedAUROCMinus(s.Study, x.Arm, reference.Name, x.Iteration, g))
			}
			cells = append(cells, difference)
		}
		t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
		last = x.Arm
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Paired over the pairs that both arms ranked; not corrected for the number of arms.")
	}
	t.Footnotes = append(t.Footnotes, "Pairs that the judge ordered wrongly before the swap are left out of the AUROC.")
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	return t
}

// plantedLanguagesTable sets every language with planted pairs against every arm that scores, in the first iteration.
func plantedLanguagesTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "planted-languages",
		Title: "Planted conflicts: AUROC per language",
		Note:  "Iteration 1. Mean over seeds [95 % interval]; 0.5 is chance. pairs and planted: over all seeds, as the first arm saw them.",
		Columns: []table.Column{
			text("", "language"), text("", "name"), number("", "pairs"), number("", "planted"),
		},
	}
	g, ok := measure.PlantedLanguages(s.Study)
	if !ok {
		return t
	}
	arms := measure.PlantedArms(s.Study)
	for _, a := range arms {
		t.Columns = append(t.Columns, interval("", a.Name))
	}
	if len(arms) == 0 {
		return t
	}
	row := func(label, name string, g records.Group, first bool) {
		pairs, planted := measure.Planted(s.Study, arms[0].Name, 1, g)
		cells := []table.Cell{table.Text(label), table.Text(name), table.Count(pairs), table.Count(planted)}
		for _, a := range arms {
			cells = append(cells, rate(measure.PlantedAUROC(s.Study, a.Name, 1, g)))
		}
		t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
	}
	for i, l := range s.Languages {
		if g.Has(l.Code) {
			row(l.Code, l.Name, records.Only(l.Code), i == 0)
		}
	}
	row("mean", fmt.Sprintf("(%d languages)", len(g.Codes)), g, true)
	return t
}
