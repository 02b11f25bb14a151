package data

import (
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"congrad/harness/data/parquet"
)

// readParquet reads the wanted columns of a Parquet file.
func readParquet(r io.ReaderAt, size int64, name string, columns []wanted) ([]row, error) {
	file, err := parquet.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	names := make([]string, len(file.Columns))
	for i, c := range file.Columns {
		names[i] = c.Name
	}
	rows := make([]row, file.Rows)
	for i := range rows {
		rows[i].line = i + 1
	}
	f := &faults{name: name}
	for _, w := range columns {
		at := slices.Index(names, w.name)
		if at < 0 {
			return nil, fmt.Errorf("%s: %w", name, w.missing(names))
		}
		c := file.Columns[at]
		switch {
		case c.Kind == parquet.Other:
			return nil, fmt.Errorf("%s: %w", name, w.mistyped(c.Type))
		case c.List != (w.list != nil):
			return nil, fmt.Errorf("%s: %w", name, w.mistyped(map[bool]string{true: "lists", false: "single values"}[c.List]))
		case c.Kind == parquet.Whole && !w.number:
			return nil, fmt.Errorf("%s: %w", name, w.mistyped("whole numbers"))
		}
		put, err := w.reader(file, c)
		if err != nil {
			return nil, fmt.Errorf("%s: column %q: %w", name, c.Name, err)
		}
		for i := range rows {
			if f.enough() {
				break
			}
			f.at(i+1, put(&rows[i], i))
		}
	}
	return rows, f.err()
}

// reader reads a column and returns what puts its i-th row's value into a row.
func (w wanted) reader(file *parquet.File, c parquet.Column) (put func(r *row, i int) error, err error) {
	if w.list == nil {
		cells, err := file.Read(c)
		return func(r *row, i int) error {
			if cells[i].Null && !w.blank {
				return w.mistyped("null")
			}
			return w.put(r, cells[i].Text)
		}, err
	}
	lists, err := file.ReadLists(c)
	return func(r *row, i int) error {
		texts := make([]string, len(lists[i]))
		for k, cell := range lists[i] {
			switch {
			case cell.Null:
				return w.mistyped("a list with null")
			case !utf8.ValidString(cell.Text):
				return fmt.Errorf("column %q: is not UTF-8", w.name)
			}
			texts[k] = cell.Text
		}
		*w.list(r) = texts
		return nil
	}, err
}
