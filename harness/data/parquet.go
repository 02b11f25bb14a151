package data

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"congrad/harness/data/parquet"
)

// readParquet reads the wanted columns of a Parquet file.
func readParquet(r io.ReaderAt, size int64, name string, columns []wanted) ([]row, error) {
	file, err := parquet.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rows []row
	f := &faults{name: name}
	fill := func(put func(r *row, i int) error) {
		if rows == nil { // once a column was read, and not for what the file claims
			rows = make([]row, file.Rows)
			for i := range rows {
				rows[i].line = i + 1
			}
		}
		for i := range rows {
			if f.enough() {
				break
			}
			f.at(i+1, put(&rows[i], i))
		}
	}
	for _, w := range columns {
		if w.turns != nil {
			turns, found, err := w.conversation(file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if found {
				fill(func(r *row, i int) error { *w.turns(r) = turns[i]; return nil })
				continue
			}
		}
		c, path, err := w.find(file)
		if err != nil && w.optional && !slices.Contains(columnNames(file), w.name) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		isList := w.list != nil
		switch {
		case c.Kind == parquet.Other:
			return nil, fmt.Errorf("%s: %w", name, w.mistyped(c.Type))
		case c.List != isList && (c.List || c.Kind != parquet.JSON):
			return nil, fmt.Errorf("%s: %w", name, w.mistyped(map[bool]string{true: "lists", false: "single values"}[c.List]))
		}
		put, err := w.reader(file, c, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fill(put)
	}
	return rows, f.err()
}

func columnNames(file *parquet.File) []string {
	names := make([]string, len(file.Columns))
	for i, c := range file.Columns {
		names[i] = c.Name
	}
	return names
}

// find returns the wanted column, or one of JSON and the path of keys to the wanted values in it.
func (w wanted) find(file *parquet.File) (c parquet.Column, path string, err error) {
	names := columnNames(file)
	if at := slices.Index(names, w.name); at >= 0 {
		if slices.Contains(names[at+1:], w.name) {
			return c, "", w.twice()
		}
		return file.Columns[at], "", nil
	}
	for _, c := range file.Columns {
		if path, within := strings.CutPrefix(w.name, c.Name+"."); within && c.Kind == parquet.JSON && !c.List {
			return c, path, nil
		}
	}
	return c, "", w.missing(names)
}

// reader reads a column and returns what puts its i-th row's value into a row. path leads to the value within JSON.
func (w wanted) reader(file *parquet.File, c parquet.Column, path string) (put func(r *row, i int) error, err error) {
	if !c.List {
		cells, err := file.Read(c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Name, err)
		}
		if w.refuses(c) != "" && slices.ContainsFunc(cells, func(x parquet.Cell) bool { return !x.Null }) {
			err = w.mistyped(w.refuses(c))
		}
		return func(r *row, i int) error { return w.putCell(r, cells[i], c, path) }, err
	}
	lists, err := file.ReadLists(c)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.Name, err)
	}
	if have := w.refuses(c); have != "" && slices.ContainsFunc(lists, func(list []parquet.Cell) bool { return len(list) > 0 }) {
		err = w.mistyped("lists of " + have)
	}
	return func(r *row, i int) error {
		texts := make([]string, len(lists[i]))
		for k, cell := range lists[i] {
			text, err := w.fromCell(cell, c)
			if err != nil {
				return err
			}
			texts[k] = text
		}
		*w.list(r) = texts
		return nil
	}, err
}

// refuses names the type of a column whose values are of a wrong one; a column without values may be of any.
func (w wanted) refuses(c parquet.Column) string {
	switch {
	case c.Kind == parquet.Flag && !w.flag:
		return "true or false"
	case c.Kind == parquet.Whole && !w.number:
		return "whole numbers"
	case c.Kind == parquet.Real && !w.number:
		return c.Type
	}
	return ""
}

// putCell puts a single value into a row. One of JSON may be a list.
func (w wanted) putCell(r *row, cell parquet.Cell, c parquet.Column, path string) error {
	switch {
	case cell.Null && w.turns != nil:
		return nil
	case cell.Null && (w.list != nil || !w.blank):
		return w.mistyped("null")
	case cell.Null:
		return w.put(r, "")
	case c.Kind == parquet.JSON && !json.Valid([]byte(cell.Text)):
		return fmt.Errorf("column %q: is of the type JSON and has no JSON", w.name)
	case c.Kind == parquet.JSON && path != "":
		value, there, err := digValue([]byte(cell.Text), path)
		if err == nil && !there {
			err = fmt.Errorf("column %q: has no key %q", c.Name, path)
		}
		if err != nil {
			return err
		}
		return w.take(r, value)
	case c.Kind == parquet.JSON:
		return w.take(r, []byte(cell.Text))
	case c.Kind == parquet.Real:
		text, whole := wholeReal(cell.Text)
		if !whole {
			return w.mistyped(cell.Text)
		}
		return w.put(r, text)
	}
	return w.put(r, cell.Text)
}

// fromCell is the text of a list's entry.
func (w wanted) fromCell(cell parquet.Cell, c parquet.Column) (string, error) {
	switch {
	case cell.Null:
		return "", w.mistyped("a list with null")
	case c.Kind == parquet.JSON && !json.Valid([]byte(cell.Text)):
		return "", fmt.Errorf("column %q: is of the type JSON and has no JSON", w.name)
	case c.Kind == parquet.JSON:
		return w.entry([]byte(cell.Text))
	case c.Kind == parquet.Real:
		text, whole := wholeReal(cell.Text)
		if !whole {
			return "", w.mistyped("a list with " + cell.Text)
		}
		return text, nil
	case !utf8.ValidString(cell.Text):
		return "", fmt.Errorf("column %q: is not UTF-8", w.name)
	}
	return cell.Text, nil
}

// wholeReal writes a number without its fraction if that is zero: a column of whole numbers in which one is missing becomes
// one of reals in pandas. Beyond 2^53 neighbours have become one number.
func wholeReal(text string) (string, bool) {
	x, err := strconv.ParseInt(strings.TrimPrefix(text, "-"), 10, 64)
	if err != nil || x > 1<<53 {
		return "", false
	}
	if x == 0 {
		return "0", true
	}
	return text, true
}
