package results

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// lengthsTable sets raw win rates next to those at equal length, in groups of languages.
func lengthsTable(s *outcome.Study) table.Table {
	lengths := s.Lengths()
	t := table.Table{
		Name:  "lengths",
		Title: "Length-controlled win rate",
		Note: "Mean [95 % interval]. characters: mean length of the arm's greedy answers (own) and of the answers of " + opponent(s) + " that they are compared with (opponent), in code points. " +
			"at equal length: win rate at zero length difference, by a logistic regression of wins on the difference in length; one fit for each arm and language, " +
			"averaged over languages by their numbers of answers. Read it alongside the raw rate, never instead of it." + s.JudgedBy(),
		Columns: append([]table.Column{
			text("", "languages"), text("", "arm"), number("", "n"), number("characters", "own"), number("characters", "opponent"),
			interval("win rate", "raw"), interval("win rate", "at equal length"),
		}, minusColumn(s, "", ", at equal length")...),
	}
	penalised := map[string][]string{}
	for _, g := range s.Groups() {
		first := true
		for _, a := range s.Contenders() {
			x := lengths.Of(a.Name, g)
			if x.Raw.N == 0 {
				continue
			}
			for _, code := range x.Penalised {
				if !slices.Contains(penalised[a.Name], code) {
					penalised[a.Name] = append(penalised[a.Name], code)
				}
			}
			t.Rows = append(t.Rows, table.Row{Break: first, Cells: append([]table.Cell{
				once(g.Name, first), table.Text(a.Name), counted(x.Raw), table.Number(x.Own, 1), table.Number(x.Opponent, 1),
				rate(x.Raw), rate(x.Controlled),
			}, minusCell(s, a, func(arm, reference string) stats.Estimate { return lengths.Minus(arm, reference, g) })...)})
			first = false
		}
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Not corrected for the number of arms and groups.")
	}
	t.Footnotes = append(t.Footnotes, unreferenced(s)...)
	var parts []string
	for _, a := range s.Contenders() {
		if codes := penalised[a.Name]; len(codes) > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s", a.Name, strings.Join(codes, ", ")))
		}
	}
	if len(parts) > 0 {
		t.Footnotes = append(t.Footnotes, "Lengths separate wins from losses (almost) perfectly, so the fit needed a penalty: "+strings.Join(parts, "; ")+".")
	}
	return t
}

// lengthsLanguagesTable is the same for every language, with what the models are.
func lengthsLanguagesTable(s *outcome.Study) table.Table {
	lengths := s.Lengths()
	t := table.Table{
		Name:  "lengths-languages",
		Title: "Length-controlled win rate per language",
		Note: "Columns as in the table lengths. slope: what a much longer answer adds to the log-odds of winning. penalty: of the fit, where lengths separate wins from losses; " +
			table.Missing + " where no penalty was needed." + s.JudgedBy(),
		Columns: []table.Column{
			text("", "language"), text("", "arm"), number("", "n"), number("characters", "own"), number("characters", "opponent"),
			interval("win rate", "raw"), interval("win rate", "at equal length"), number("", "slope"), number("", "penalty"),
		},
	}
	for _, l := range s.Languages {
		first := true
		for _, a := range s.Contenders() {
			fit, ok := lengths.Fit(a.Name, l.Code)
			x := lengths.Of(a.Name, records.Only(l.Code))
			if !ok || x.Raw.N == 0 {
				continue
			}
			penalty := table.None(1)
			if fit.Ridge > 0 {
				penalty = table.Text(fmt.Sprintf("%.0e", fit.Ridge))
			}
			t.Rows = append(t.Rows, table.Row{Break: first, Cells: []table.Cell{
				once(l.Code, first), table.Text(a.Name), counted(x.Raw), table.Number(x.Own, 1), table.Number(x.Opponent, 1),
				rate(x.Raw), rate(x.Controlled), table.Share(fit.Slope, fit.Scale > 0), penalty,
			}})
			first = false
		}
	}
	return t
}
