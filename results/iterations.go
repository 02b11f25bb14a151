package results

import (
	"math"
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// iterationsTable shows each arm after every iteration, and how far it moved. It has no rows if only the last policies were evaluated and
// nothing is known of how far they moved.
func iterationsTable(s *outcome.Study) table.Table {
	ways, gauges := s.Ways(), s.Gauges()
	t := table.Table{
		Name:    "iterations",
		Title:   "The arms after each iteration",
		Note:    "Mean [95 % interval]. iteration 0 is the base model. " + gaugesInWords(s, gauges...) + sampling(s),
		Columns: []table.Column{text("", "languages"), text("", "arm"), number("", "iteration")},
	}
	if !s.EachIteration() && !s.Drifted() {
		return t
	}
	for _, g := range gauges {
		t.Columns = append(t.Columns, byWay(ways, func(w outcome.Which) table.Column { return interval(g.Name, w.String()) })...)
	}
	if s.Drifted() {
		t.Columns = append(t.Columns, interval("nats per token", "KL(arm || base)"), interval("nats per token", "KL(base || arm)"))
		t.Note += " KL: Kullback-Leibler divergence between the next-token distributions of the arm and of the base model, exact over the vocabulary at temperature 1, " +
			"per token of the sampled answers: of the arm's for KL(arm || base), of the base model's for KL(base || arm)."
	}
	for _, in := range seenAndUnseen(s) {
		first := true
		for _, a := range s.Arms {
			for k, after := range s.Evaluated(a) {
				t.Rows = append(t.Rows, table.Row{Break: first, Cells: slices.Concat(
					[]table.Cell{once(in.Name, first), once(a.Name, k == 0), table.Count(after.Iterations)}, gaugeCells(gauges, ways, a, after, in), driftCells(s, a, after, in),
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

// driftCells say how far an arm has moved at a point of its training; nil if that was not measured.
func driftCells(s *outcome.Study, a record.Arm, after outcome.After, in records.Group) []table.Cell {
	if !s.Drifted() {
		return nil
	}
	nats := func(e stats.Estimate) table.Cell { return table.Interval(e, 4, 0, math.Inf(1)) }
	return []table.Cell{nats(s.Drift(a.Name, after.Iteration, in)), nats(s.DriftBack(a.Name, after.Iteration, in))}
}

// seenAndUnseen are the two groups that share no language.
func seenAndUnseen(s *outcome.Study) []records.Group {
	return slices.DeleteFunc(s.Groups(), func(g records.Group) bool { return g.Name != "seen" && g.Name != "unseen" })
}
