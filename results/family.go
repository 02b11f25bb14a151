package results

import (
	"congrad/eval/stats"
	"congrad/results/records"
	"congrad/results/table"
)

// family gathers differences of a table whose marks are corrected together for their number (Holm).
type family []member

// member is a difference and the place of its cell.
type member struct {
	estimate    stats.Estimate
	row, column int
}

// cell adds the cell of a difference to those of the table's next row. What was not measured is no member.
func (f *family) cell(t table.Table, cells []table.Cell, e stats.Estimate) []table.Cell {
	if e.N > 0 {
		*f = append(*f, member{e, len(t.Rows), len(cells)})
	}
	return append(cells, table.Difference(e, 3, ""))
}

// mark sets the marks of all members: > and < where they are significant, else ~.
func (f family) mark(t table.Table) {
	p := make([]float64, len(f))
	for i, m := range f {
		p[i] = m.estimate.P
	}
	for i, adjusted := range stats.Holm(p) {
		e, mark := f[i].estimate, "~"
		if e.Bounded() && adjusted < 1-records.Level {
			mark = "<"
			if e.Mean > 0 {
				mark = ">"
			}
		}
		t.Rows[f[i].row].Cells[f[i].column] = table.Difference(e, 3, mark)
	}
}

// corrected explains the marks of a family, for footnotes.
const corrected = "> significantly higher, < significantly lower, ~ no significant difference"
