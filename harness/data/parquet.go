package data

import (
	"fmt"
	"io"
	"slices"

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
		case w.list != nil:
			return nil, fmt.Errorf("%s: column %q: lists are read from .jsonl, and this file is Parquet", name, w.name)
		case c.Kind == parquet.Other:
			return nil, fmt.Errorf("%s: %w", name, w.mistyped(c.Type))
		case c.Kind == parquet.Whole && !w.number:
			return nil, fmt.Errorf("%s: %w", name, w.mistyped("whole numbers"))
		}
		cells, err := file.Read(c)
		if err != nil {
			return nil, fmt.Errorf("%s: column %q: %w", name, c.Name, err)
		}
		for i := range rows {
			if f.enough() {
				break
			}
			if cells[i].Null && !w.blank {
				f.at(i+1, w.mistyped("null"))
				continue
			}
			f.at(i+1, w.put(&rows[i], cells[i].Text))
		}
	}
	return rows, f.err()
}
