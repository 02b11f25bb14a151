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

// lengthsTable sets raw win rates beside those at equal length, in groups of languages.
func lengthsTable(s *outcome.Study) table.Table {
	lengths := s.Lengths()
	t := table.Table{
		Name:  "lengths",
		Title: "Win rate with the length of the answers taken out",
		Note: "Mean [95 % interval]. characters: mean length of the arm's greedy answers, and of those of " + opponent(s) + " that they are compared with, in code points. " +
			"at equal length: the win rate that a logistic regression of who wins on the difference of the lengths gives for no difference; one model for each arm and language, " +
			"and the mean over the languages by their answers. Read it beside the raw one, never for it." + s.JudgedBy(),
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
		t.Footnotes = append(t.Footnotes, "~ not told apart from zero: the 95 % interval includes it. Not corrected for the number of arms and groups.")
	}
	t.Footnotes = append(t.Footnotes, unreferenced(s)...)
	var parts []string
	for _, a := range s.Contenders() {
		if codes := penalised[a.Name]; len(codes) > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s", a.Name, strings.Join(codes, ", ")))
		}
	}
	if len(parts) > 0 {
		t.Footnotes = append(t.Footnotes, "Lengths tell wins from losses (nearly) without fault, and the fit needed a penalty: "+strings.Join(parts, "; ")+".")
	}
	return t
}

// lengthsLanguagesTable is the same for every language, with what the models are.
func lengthsLanguagesTable(s *outcome.Study) table.Table {
	lengths := s.Lengths()
	t := table.Table{
		Name:  "lengths-languages",
		Title: "Win rate with the length of the answers taken out, per language",
		Note: "Columns as above. slope: what a much longer answer adds to the log-odds of winning. penalty: of the fit, where lengths tell wins from losses; " +
			table.Missing + " where none was needed." + s.JudgedBy(),
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
