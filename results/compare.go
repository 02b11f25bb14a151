package results

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Compared is a run that is set beside others.
type Compared struct {
	Name    string
	Records *record.Set
}

// Compare sets the arms of several runs below each other, in a group of languages that all of them have. Runs are not paired: of two
// runs, Between is.
func Compare(runs []Compared, group string, measures []string) (table.Table, error) {
	t := table.Table{
		Name: "compare", Title: "Arms of " + table.Counted(len(runs), "run") + ", " + group + " languages",
		Note:    "Mean [95 % interval]. Runs are not paired: congrad diff compares two runs on the same prompts and seeds.",
		Columns: []table.Column{text("", "run"), text("", "arm"), number("", "n")},
	}
	all := paperMeasures("")
	var shown []paperMeasure
	for _, name := range measures {
		m := all[slices.IndexFunc(all, func(m paperMeasure) bool { return m.name == name })]
		shown = append(shown, m)
		t.Columns = append(t.Columns, interval("", strings.ReplaceAll(m.name, "-", " ")))
	}
	var opponents []string
	for _, r := range runs {
		s, err := outcome.New(r.Records)
		if err != nil {
			return t, fmt.Errorf("%s: the records cannot be reported: %w", r.Name, err)
		}
		g, ok := s.Find(group)
		if !ok {
			return t, fmt.Errorf("%s: has no languages %q", r.Name, group)
		}
		if against := s.Against(); !slices.Contains(opponents, against) {
			opponents = append(opponents, against)
		}
		for i, a := range s.Arms {
			row := []table.Cell{once(r.Name, i == 0), table.Text(a.Name), table.None(1)}
			if r.Records.Study.Partial != "" && i == 0 {
				row[0].Text += " (partial: " + r.Records.Study.Partial + ")"
			}
			for k, m := range shown {
				e := m.of(s, a.Name, g)
				if k == 0 {
					row[2] = counted(e)
				}
				row = append(row, Paper{Interval: "full"}.cell(m, e))
			}
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: row})
		}
	}
	if slices.Contains(measures, "win-rate") {
		t.Footnotes = append(t.Footnotes, "Win rates are against the answers of "+strings.Join(opponents, " or ")+" of the same run.")
	}
	return t, nil
}
