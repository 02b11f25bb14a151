package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// readCSV reads the wanted columns of comma-separated values, whose first line names them.
func readCSV(r io.Reader, name string, columns []wanted) ([]row, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	c := csv.NewReader(buffered)
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, csvFault(name, err)
	}
	at := make([]int, len(columns))
	for i, w := range columns {
		if at[i] = slices.Index(head, w.name); at[i] < 0 {
			return nil, fmt.Errorf("%s:1: %w", name, w.missing(head))
		}
		if w.list != nil {
			return nil, fmt.Errorf("%s:1: %w; lists are read from .jsonl and .parquet", name, w.mistyped("the text of CSV"))
		}
	}
	var rows []row
	f := &faults{name: name}
	for !f.enough() {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			f.list = append(f.list, csvFault(name, err))
			break
		}
		x := row{}
		x.line, _ = c.FieldPos(0)
		whole := true
		for i, w := range columns {
			if err := w.put(&x, cells[at[i]]); err != nil {
				f.at(x.line, err)
				whole = false
				break
			}
		}
		if whole {
			rows = append(rows, x)
		}
	}
	return rows, f.err()
}

// csvFault words a parser's error with its place.
func csvFault(name string, err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s:%d: is no CSV: %w", name, at.Line, at.Err)
	}
	return fmt.Errorf("reading %s: %w", name, err)
}
