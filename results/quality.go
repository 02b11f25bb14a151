package results

import (
	"slices"

	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// quality has one column for each way to measure greedy answers on their own, without an opponent.
type quality []struct {
	name string
	cell func(arm string, in records.Group) table.Cell
}

// qualities is the share of exact answers if there are reference answers, and the judge's mean score if a judge gave scores;
// meaning explains them.
func qualities(s *outcome.Study) (q quality, meaning string) {
	add := func(name, is string, cell func(arm string, in records.Group) table.Cell) {
		q = append(q, struct {
			name string
			cell func(arm string, in records.Group) table.Cell
		}{name, cell})
		meaning += name + ": " + is + " "
	}
	if s.HeldAnswersKnown() || !s.Judged() {
		add("exact", "share of greedy answers that are equal to the reference answer.", func(arm string, in records.Group) table.Cell {
			e := s.Exact(arm, in)
			return table.Share(e.Mean, e.N > 0)
		})
	}
	if s.Scored() {
		add("score", "the judge's mean score of the greedy answers.", func(arm string, in records.Group) table.Cell {
			e := s.Score(arm, in)
			return table.Share(e.Mean, e.N > 0)
		})
	}
	return q, meaning
}

func (q quality) columns(prefix string) []table.Column {
	var list []table.Column
	for _, x := range q {
		list = append(list, number("", prefix+x.name))
	}
	return list
}

func (q quality) cells(arm string, in records.Group) []table.Cell {
	var list []table.Cell
	for _, x := range q {
		list = append(list, x.cell(arm, in))
	}
	return list
}

// without leaves out columns.
func without(t table.Table, drop func(table.Column) bool) table.Table {
	columns := t.Columns
	t.Columns = slices.DeleteFunc(slices.Clone(columns), drop)
	for i, r := range t.Rows {
		var kept []table.Cell
		for k, c := range r.Cells {
			if !drop(columns[k]) {
				kept = append(kept, c)
			}
		}
		t.Rows[i].Cells = kept
	}
	return t
}
