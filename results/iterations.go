package results

import (
	"slices"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// iterationsTable shows each arm after every iteration. It has no rows if only the last policies were evaluated.
func iterationsTable(s *outcome.Study) table.Table {
	ways, gauges := s.Ways(), s.Gauges()
	t := table.Table{
		Name:    "iterations",
		Title:   "The arms after each iteration",
		Note:    "Mean [95 % interval]. iteration 0 is the base model. " + gaugesInWords(s) + sampling(s),
		Columns: []table.Column{text("", "languages"), text("", "arm"), number("", "iteration")},
	}
	if !s.EachIteration() {
		return t
	}
	for _, g := range gauges {
		t.Columns = append(t.Columns, byWay(ways, func(w outcome.Which) table.Column { return interval(g.Name, w.String()) })...)
	}
	for _, in := range seenAndUnseen(s) {
		first := true
		for _, a := range s.Arms {
			for k, after := range s.Evaluated(a) {
				t.Rows = append(t.Rows, table.Row{Break: first, Cells: slices.Concat(
					[]table.Cell{once(in.Name, first), once(a.Name, k == 0), table.Count(after.Iterations)}, gaugeCells(gauges, ways, a, after, in),
				)})
				first = false
			}
		}
	}
	t.Footnotes = confined(s)
	return t
}

// gaugeCells are the measures of an arm's answers at a point of its training.
func gaugeCells(gauges []outcome.Gauge, ways []outcome.Which, a record.Arm, after outcome.After, in records.Group) (cells []table.Cell) {
	for _, g := range gauges {
		for _, w := range ways {
			w.Iteration = after.Iteration
			cells = append(cells, rate(g.Of(w, a.Name, in)))
		}
	}
	return cells
}

// seenAndUnseen are the two groups that share no language.
func seenAndUnseen(s *outcome.Study) []records.Group {
	return slices.DeleteFunc(s.Groups(), func(g records.Group) bool { return g.Name != "seen" && g.Name != "unseen" })
}
