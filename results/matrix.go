package results

import (
	"fmt"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// matrixTable compares every arm with every other. It has no rows for fewer than three trained arms: the main table compares them.
func matrixTable(s *outcome.Study) table.Table {
	gauge, ways := s.Gauges()[0], s.Ways()
	t := table.Table{
		Name:  "arms",
		Title: "The arms compared with each other: " + gauge.Name,
		Note:  "Row minus column: paired differences on the same prompts and seeds, mean [95 % interval]. " + gaugesInWords(s, gauge) + sampling(s),
	}
	if len(s.Trained()) < 3 || len(ways) == 0 {
		return t
	}
	t.Columns = []table.Column{text("", "languages"), text("", "answers"), text("", "arm")}
	for _, a := range s.Arms[:len(s.Arms)-1] {
		t.Columns = append(t.Columns, difference("minus", a.Name))
	}
	for _, in := range seenAndUnseen(s) {
		for _, w := range ways {
			var block family
			first := true
			for i, a := range s.Arms[1:] {
				if gauge.Of(w, a.Name, in).N == 0 {
					continue // has no model for some of them
				}
				cells := []table.Cell{once(in.Name, first), once(w.String(), first), table.Text(a.Name)}
				for k, b := range s.Arms[:len(s.Arms)-1] {
					if k > i {
						cells = append(cells, table.Cell{Data: make([]string, 4)}) // is in the other half
						continue
					}
					cells = block.cell(t, cells, gauge.Minus(w, a.Name, b.Name, in))
				}
				t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
				first = false
			}
			block.mark(t)
		}
	}
	t.Footnotes = append([]string{fmt.Sprintf("%s, corrected by Holm's method over the %d pairs of arms of each block.", corrected, len(s.Arms)*(len(s.Arms)-1)/2)}, confined(s)...)
	return t
}

// names are those of arms.
func names(arms []record.Arm) (list []string) {
	for _, a := range arms {
		list = append(list, a.Name)
	}
	return list
}
