package results

import (
	"fmt"
	"slices"

	"congrad/results/outcome"
	"congrad/results/table"
)

// mainTable sets every arm in every group of languages: what was won, what was lost elsewhere.
func mainTable(s *outcome.Study) table.Table {
	prompts, clusters := s.Prompts()
	quality, meaning := qualities(s)
	t := table.Table{
		Name:  "main",
		Title: "Win rate against the answers of " + opponent(s) + ", and the alignment tax",
		Note: fmt.Sprintf("Mean [95 %% interval]. %s, %s in %s. A tie counts half. %s%s"+
			"tokens: mean length of the greedy answers. accuracy and bits per byte: paired differences to %s.%s",
			s.Runs(), table.Counted(prompts, "evaluation prompt"), table.Counted(clusters, "cluster"), differences(s), meaning, base(s), s.JudgedBy()),
		Columns: slices.Concat(
			[]table.Column{text("", "languages"), text("", "arm"), number("", "n"), interval("", "win rate")},
			minusColumn(s, "", ""), quality.columns(""), []table.Column{number("", "tokens"), difference("", "accuracy"), difference("", "bits per byte")},
		),
	}
	if prompts == 0 {
		return t // nothing was evaluated
	}
	for _, g := range s.Groups() {
		for i, a := range s.Arms {
			e := s.WinRate(a.Name, g)
			length := s.Length(a.Name, g)
			size := ""
			if i == 0 {
				size = fmt.Sprintf("%s (%d)", g.Name, len(g.Codes))
			}
			tokens := table.None(1)
			if length.N > 0 {
				tokens = table.Number(length.Mean, 1)
			}
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: slices.Concat(
				[]table.Cell{{Text: size, Data: []string{g.Name}}, table.Text(a.Name), counted(e), rate(e)},
				winsMinus(s, a, g),
				quality.cells(a.Name, g),
				[]table.Cell{tokens, taxCell(s, outcome.Accuracy(), "", a, g), taxCell(s, outcome.BitsPerByte(), "", a, g)},
			)})
		}
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Not corrected for the number of arms and groups.")
	}
	if note := Detectable(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	if len(s.Published) > 0 {
		t.Footnotes = append(t.Footnotes, "The table published compares these with numbers from elsewhere.")
	}
	t.Footnotes = slices.Concat(t.Footnotes, unreferenced(s), confined(s))
	return t
}
