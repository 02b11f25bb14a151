package results

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/table"
)

// sampledTable sets greedy and sampled answers side by side: which of them shows an effect depends on the base model. It has no rows
// if the study has greedy answers only, and chrF decides: the main table then says all about them.
func sampledTable(s *outcome.Study) table.Table {
	ways, gauges, byMatch := s.Ways(), s.Gauges(), s.Evaluate.Decide == "exact"
	t := table.Table{
		Name:    "sampled",
		Title:   "Greedy and sampled answers",
		Note:    "Mean [95 % interval]. " + gaugesInWords(s, gauges...) + sampling(s),
		Columns: []table.Column{text("", "languages"), text("", "arm")},
	}
	if len(ways) == 0 || len(ways) == 1 && !byMatch {
		return t
	}
	for i, g := range gauges {
		t.Columns = append(t.Columns, byWay(ways, func(w outcome.Which) table.Column { return interval(g.Name, w.String()) })...)
		if i == 0 && s.Reference() != nil { // more would be too wide
			t.Columns = append(t.Columns, byWay(ways, func(w outcome.Which) table.Column { return difference(g.Name+" "+minus(s), w.String()) })...)
		}
	}
	if byMatch {
		t.Note += " by chrF: the win rate if the answer with the higher chrF score wins, exact or not; a note, not a result."
		t.Columns = append(t.Columns, byWay(ways, func(w outcome.Which) table.Column { return number("by chrF", w.String()) })...)
	}
	for _, in := range s.Groups() {
		for i, a := range s.Arms {
			cells := []table.Cell{once(in.Name, i == 0), table.Text(a.Name)}
			for k, g := range gauges {
				for _, w := range ways {
					cells = append(cells, rate(g.Of(w, a.Name, in)))
				}
				for _, w := range ways {
					if k == 0 {
						cells = append(cells, minusCell(s, a, func(arm, reference string) stats.Estimate { return g.Minus(w, arm, reference, in) })...)
					}
				}
			}
			for _, w := range ways {
				if e := s.CloserOf(w, a.Name, in); byMatch {
					cells = append(cells, table.Share(e.Mean, e.N > 0))
				}
			}
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: cells})
		}
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Not corrected for the number of arms and groups.")
	}
	t.Footnotes = slices.Concat(t.Footnotes, unreferenced(s), confined(s))
	return t
}

// gaugesInWords explains measures of answers, for notes.
func gaugesInWords(s *outcome.Study, gauges ...outcome.Gauge) string {
	text := ""
	for _, g := range gauges {
		switch g.Name {
		case "exact":
			text += "exact: share of answers that are equal to the reference answer. "
		default:
			text += "win rate: against the same kind of answer of " + opponent(s) + "; a tie counts half." + s.JudgedBy()
		}
	}
	return strings.TrimSpace(text)
}

// sampling says how sampled answers were made, for notes; empty without sampled answers.
func sampling(s *outcome.Study) string {
	v := s.Evaluate
	if v.Samples == 0 {
		return ""
	}
	return fmt.Sprintf(" sampled: %s per prompt at temperature %g and top-p %g; all arms use the same random numbers.", table.Counted(v.Samples, "answer"), v.Temperature, v.TopP)
}

// byWay makes one column for each way of answering.
func byWay(ways []outcome.Which, column func(outcome.Which) table.Column) (list []table.Column) {
	for _, w := range ways {
		list = append(list, column(w))
	}
	return list
}
