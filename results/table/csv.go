package table

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// CSV is the table for programs: full precision, one column for every number, no title. Partial records show in a column
// of their own, since no program reads titles.
func (t Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var header []string
	for _, c := range t.Columns {
		name := strings.TrimSpace(c.Group + " " + c.Name)
		for _, field := range c.fields() {
			header = append(header, name+field)
		}
	}
	if t.Partial != "" {
		header = append(header, "partial")
	}
	if err := w.Write(header); err != nil {
		return nil, t.failed("CSV", err)
	}
	for _, r := range t.Rows {
		var record []string
		for i, c := range t.Columns {
			record = append(record, r.Cells[i].data(len(c.fields()))...)
		}
		if t.Partial != "" {
			record = append(record, t.Partial)
		}
		if err := w.Write(record); err != nil {
			return nil, t.failed("CSV", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, t.failed("CSV", err)
	}
	return b.Bytes(), nil
}

func (c Column) fields() []string {
	if c.Fields == nil {
		return []string{""}
	}
	return c.Fields
}

// data fills up or cuts off to the column's fields, so that a cell without numbers still takes its place.
func (c Cell) data(fields int) []string {
	d := make([]string, fields)
	if c.Data == nil {
		d[0] = c.Text
		if c.Text == Missing {
			d[0] = ""
		}
		return d
	}
	copy(d, c.Data)
	return d
}
