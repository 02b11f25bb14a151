package results

import (
	"fmt"

	"congrad/eval/stats"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// comparison is a difference of two arms under the name that tables give it.
type comparison struct{ name, arm, reference string }

// conflictGainTable sets how much each language's gradient conflicts with the others' against what it gains by training, and by a model of
// its own. It has no rows without gradients, the base model and an arm that trains on all pairs.
func conflictGainTable(s *outcome.Study) table.Table {
	joint, base, selector := s.Reference(), s.Untouched(), s.Selector()
	gauge, ways := s.Gauges()[0], s.Ways()
	t := table.Table{Name: "conflict-gain", Title: "Conflict of each language's gradient, and its gain in " + gauge.Name}
	if joint == nil || base == nil || selector == nil || len(ways) == 0 {
		return t
	}
	conflict := measure.ConflictOf(s.Study, selector.Name, 1)
	if conflict.Rounds == 0 || len(conflict.Languages) < 2 {
		return t
	}
	t.Note = fmt.Sprintf("cosine: mean of the cosines between the language's mean gradient and those of the other seen languages, in the first iteration of %s; negative: the share of "+
		"them below zero. gain: paired differences, mean [95 %% interval]. %s", selector.Name, gaugesInWords(s, gauge)+sampling(s))
	t.Columns = []table.Column{text("", "language"), number("", "cosine"), number("", "negative")}
	list := []comparison{{joint.Name + " minus " + base.Name, joint.Name, base.Name}}
	for _, a := range s.OneEach() {
		list = append(list, comparison{a.Name + " " + minus(s), a.Name, joint.Name})
	}
	for _, c := range list {
		for _, w := range ways {
			t.Columns = append(t.Columns, difference(c.name, w.String()))
		}
	}
	families := make([]family, len(t.Columns))
	for i, lang := range conflict.Languages {
		cosine, negative := conflict.Of(i)
		cells := []table.Cell{table.Text(lang), table.Number(cosine, 3), table.Share(negative, true)}
		for _, c := range list {
			for _, w := range ways {
				cells = families[len(cells)].cell(t, cells, gauge.Minus(w, c.arm, c.reference, records.Only(lang)))
			}
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	t.Footnotes = []string{corrected + ", corrected by Holm's method over the languages of a column."}
	for _, f := range families {
		f.mark(t)
	}
	t.Footnotes = append(t.Footnotes, correlations(conflict, t.Columns, families)...)
	return t
}

// correlations say for each column of gains how it goes with the cosines, by ranks over the languages.
func correlations(conflict measure.Conflict, columns []table.Column, families []family) (notes []string) {
	for k, f := range families {
		var cosines, gains []float64
		for _, m := range f {
			cosine, _ := conflict.Of(m.row)
			cosines, gains = append(cosines, cosine), append(gains, m.estimate.Mean)
		}
		if e := stats.SpearmanInterval(cosines, gains, records.Level); e.N > 0 && e.Bounded() {
			notes = append(notes, fmt.Sprintf("Rank correlation of cosine and %s (%s), over %d languages: %s [%s, %s].", columns[k].Group, columns[k].Name, e.N,
				table.Signed(e.Mean, 2), table.Signed(e.Low, 2), table.Signed(e.High, 2)))
		}
	}
	return notes
}
