package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"congrad/harness/suggest"
)

// Columns names the file's columns; an empty name means there is no such column.
type Columns struct{ Prompt, Language, Answer, ID, Cluster string }

// row is one row of a file: the cells that were asked for.
type row struct {
	line                                  int // in the file, from 1; in a Parquet file the number of the row
	prompt, language, answer, id, cluster string

	texts []string   // cells of a task's columns, in the order of its sheet
	lists [][]string // the same of columns that hold lists

	asked, chosen, rejected []Turn // of a preference pair
}

// wanted is a column that a reader looks for.
type wanted struct {
	name     string
	key      string // the key of the experiment that names the column
	blank    bool   // may be empty or null
	number   bool   // may hold whole numbers
	flag     bool   // may hold true or false, which are read as 1 and 0
	optional bool   // the file need not have it
	cell     func(*row) *string
	list     func(*row) *[]string // in place of cell, for a column of lists
	turns    func(*row) *[]Turn   // the same for a column of texts or conversations
}

// wanted lists the columns that have a name. table is the experiment's table, for errors.
func (c Columns) wanted(table string) []wanted {
	all := []wanted{
		{name: c.Prompt, key: "prompt", cell: func(r *row) *string { return &r.prompt }},
		{name: c.Language, key: "language", cell: func(r *row) *string { return &r.language }},
		{name: c.Answer, key: "answer", blank: true, cell: func(r *row) *string { return &r.answer }},
		{name: c.ID, key: "id", number: true, cell: func(r *row) *string { return &r.id }},
		{name: c.Cluster, key: "cluster", number: true, cell: func(r *row) *string { return &r.cluster }},
	}
	for i := range all {
		all[i].key = table + "." + all[i].key
	}
	return slices.DeleteFunc(all, func(w wanted) bool { return w.name == "" })
}

// missing says that a file has no column, and what it has.
func (w wanted) missing(columns []string) error {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = fmt.Sprintf("%q", c)
	}
	there := "there are " + strings.Join(quoted, ", ")
	if len(columns) == 0 {
		there = "it has no columns"
	}
	return fmt.Errorf("has no column %q (%s): %s%s", w.name, w.key, there, suggest.DidYouMean(w.name, columns))
}

// twice says that a file has two columns of the name.
func (w wanted) twice() error {
	return fmt.Errorf("has two columns %q (%s): which one is meant?", w.name, w.key)
}

// mistyped says that a cell has another type than the wanted one.
func (w wanted) mistyped(have string) error {
	want := "a string"
	switch {
	case w.list != nil:
		want = "a list of strings or whole numbers"
	case w.number:
		want = "a string or a whole number"
	}
	return fmt.Errorf("column %q: want %s, have %s", w.name, want, have)
}

// put fills the column's cell of a row.
func (w wanted) put(r *row, text string) error {
	switch {
	case len(text) > longestLine:
		return fmt.Errorf("column %q: is longer than %d MB", w.name, longestLine>>20)
	case !utf8.ValidString(text):
		return fmt.Errorf("column %q: is not UTF-8", w.name)
	case w.turns != nil:
		*w.turns(r) = textTurn(text)
		return nil
	case !w.blank && strings.TrimSpace(text) == "":
		return fmt.Errorf("column %q: is empty", w.name)
	}
	if *w.cell(r) = text; w.blank && strings.TrimSpace(text) == "" {
		*w.cell(r) = ""
	}
	return nil
}

// faults are what is wrong with a file, each with its place.
type faults struct {
	name string
	list []error
}

// at notes a fault of a line; nil is not a fault.
func (f *faults) at(line int, err error) {
	if err != nil {
		f.list = append(f.list, fmt.Errorf("%s:%d: %w", f.name, line, err))
	}
}

// enough reports whether more would only be noise.
func (f *faults) enough() bool { return len(f.list) >= mostFaults }

func (f *faults) err() error {
	if f.enough() {
		return errors.Join(append(f.list, fmt.Errorf("%s: reading stopped after %d errors; more lines may be wrong", f.name, mostFaults))...)
	}
	return errors.Join(f.list...)
}

// The longest line or cell that is read, and how many faults are reported before reading stops.
const (
	longestLine = 16 << 20
	mostFaults  = 10
)
