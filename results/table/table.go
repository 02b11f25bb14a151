// Package table is one model of a table and its renderings: terminal text, Markdown, CSV, LaTeX and HTML.
package table

import "slices"

// Table is a table as data. A reader sees Title, Note, the columns and the Footnotes; CSV holds the columns only.
type Table struct {
	Name      string // file name without its ending
	Title     string
	Note      string // what a row is and what the columns mean
	Columns   []Column
	Rows      []Row
	Footnotes []string
	Partial   string // why the records behind it are not the whole experiment; empty when they are
}

// Column is the head of a column.
type Column struct {
	Group  string // heading above neighbouring columns that share it; may be empty
	Name   string
	Number bool     // set to the right, digits under digits
	Fields []string // what CSV appends to the name, one column each; nil for a single column
}

// Row is one line of cells, one per column.
type Row struct {
	Cells []Cell
	Break bool // a new block of rows begins here
}

// Cell is one cell of a row.
type Cell struct {
	Text string
	Mark string   // a sign behind the text: "~", ">" or "<"
	Best bool     // of those that it is compared with
	Data []string // what CSV holds, one per field of the column; nil means Text
}

// Heading is the title, with the reason where the records are partial.
func (t Table) Heading() string {
	if t.Partial == "" {
		return t.Title
	}
	return t.Title + " [PARTIAL: " + t.Partial + "]"
}

// grouped reports whether any column has a heading above it.
func (t Table) grouped() bool {
	for _, c := range t.Columns {
		if c.Group != "" {
			return true
		}
	}
	return false
}

// span is a stretch of neighbouring columns under one heading.
type span struct {
	name     string
	from, to int // columns from..to-1
}

func (t Table) spans() []span {
	var spans []span
	for i, c := range t.Columns {
		if n := len(spans); n > 0 && c.Group != "" && spans[n-1].name == c.Group {
			spans[n-1].to = i + 1
			continue
		}
		spans = append(spans, span{c.Group, i, i + 1})
	}
	return spans
}

// marked reports for each column whether any of its cells has a mark, so that the others can leave room for it.
func (t Table) marked() []bool {
	marked := make([]bool, len(t.Columns))
	for _, r := range t.Rows {
		for i, c := range r.Cells {
			marked[i] = marked[i] || c.Mark != ""
		}
	}
	return marked
}

// best reports for each column whether any of its cells is a best one.
func (t Table) best() []bool {
	best := make([]bool, len(t.Columns))
	for _, r := range t.Rows {
		for i, c := range r.Cells {
			best[i] = best[i] || c.Best
		}
	}
	return best
}

// Marked reports whether any cell has a mark, which a footnote then has to explain.
func (t Table) Marked() bool { return slices.Contains(t.marked(), true) }
