package results

import (
	"fmt"
	"strings"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// mostGroups is into how many groups languages are divided at most.
const mostGroups = 4

// groupsTable proposes groups of languages that could share a model, by the gradients of the base model: those of the first iteration of the first
// arm that finds a consensus. It has no rows with fewer than three languages.
func groupsTable(s *outcome.Study) table.Table {
	for _, c := range measure.Conflicts(s.Study) {
		if c.Iteration == 1 && !c.Moving {
			return groupings(c.Languages, c.Before)
		}
	}
	return table.Table{Name: "groups"}
}

// groupings are partitions of languages by the cosines of their mean gradients.
func groupings(codes []string, cosines [][]float64) table.Table {
	t := table.Table{
		Name: "groups", Title: "Languages grouped by their gradients",
		Note: "Average linkage of the cosines between the languages' mean gradients: the two groups whose languages agree most are joined, and so on. within, between: mean cosine of " +
			"two languages of one group, and of two groups. An arm with policy = \"mono\" and these groups trains a model for each.",
		Columns: []table.Column{text("", "groups"), number("", "within"), number("", "between")},
	}
	if len(codes) < 3 {
		return t
	}
	for _, g := range measure.Groupings(codes, cosines, min(mostGroups, len(codes)-1)) {
		var quoted []string
		for _, members := range g.Groups {
			quoted = append(quoted, fmt.Sprintf("%q", strings.Join(members, " ")))
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text("[" + strings.Join(quoted, ", ") + "]"), table.Number(g.Within, 3), table.Number(g.Between, 3)}})
	}
	return t
}
