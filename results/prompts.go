package results

import (
	"fmt"

	"congrad/results/outcome"
	"congrad/results/table"
)

// promptsTable counts the rows of prompt files and what they are used for, by language; it is empty for the embedded world.
func promptsTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "prompts",
		Title: "Prompts of the files",
		Note: "Rows of each language of the study. preferences: rows of seen languages that may be used to make preference pairs. eval, dev: held-out rows, whose clusters are never used for preferences. " +
			"The other rows repeat a held-out row, word for word or by cluster.",
		Columns: []table.Column{text("", "file"), text("", "language"), number("", "rows"), number("", "preferences"), number("held out", "eval"), number("held out", "dev")},
	}
	for _, f := range s.Files {
		for i, l := range f.Languages {
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: []table.Cell{
				once(f.Path, i == 0), table.Text(l.Lang), table.Count(l.Rows), table.Count(l.Preference), table.Count(l.Eval), table.Count(l.Dev),
			}})
		}
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("%s: %s, SHA-256 %s.", f.Path, table.Counted(f.Rows, "row"), f.SHA256))
	}
	return t
}
