package table

import (
	_ "embed" // the template goes into the program
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed table.tmpl
var markup string

// page is the template of a table; a mistake in it is found by the first test.
var page = template.Must(template.New("table").Parse(markup))

// view is a table as the template takes it.
type view struct {
	Name, Heading, Note, Size string
	Folded                    bool
	Groups                    []heading // above the columns; nil if no column has any
	Columns                   []Column
	Blocks                    []rows
	Footnotes                 []string
}

type heading struct {
	Name  string
	Width int // columns
}

// rows is a block of rows, under a name where the table has one for each block.
type rows struct {
	Name string
	Rows [][]shown
}

type shown struct {
	Cell
	Number, Room bool // Room: the column has marks, and a cell without one leaves room
}

// HTML is the table as an element that scrolls sideways where the page is too narrow, under its first column. Folded, it shows its title
// until it is opened.
func (t Table) HTML(folded bool) (template.HTML, error) {
	v := view{
		Name: t.Name, Heading: t.Heading(), Note: t.Note, Folded: folded, Columns: t.Columns, Footnotes: t.Footnotes, Size: Counted(len(t.Rows), "row"),
	}
	from := 0 // the first column that is shown
	if t.blocked() {
		from = 1
	}
	v.Columns = t.Columns[from:]
	if t.grouped() {
		for _, s := range t.spans() {
			if s.to > from {
				v.Groups = append(v.Groups, heading{s.name, s.to - max(from, s.from)})
			}
		}
	}
	marked := t.marked()
	for i, r := range t.Rows {
		if i == 0 || r.Break {
			v.Blocks = append(v.Blocks, rows{})
		}
		b := &v.Blocks[len(v.Blocks)-1]
		if from > 0 && b.Name == "" {
			b.Name = r.Cells[0].Text
		}
		var line []shown
		for j, c := range r.Cells[from:] {
			number := v.Columns[j].Number
			if number {
				c.Text = strings.ReplaceAll(c.Text, "-", minus(c.Text))
			}
			line = append(line, shown{c, number, marked[from+j] && number})
		}
		b.Rows = append(b.Rows, line)
	}
	var b strings.Builder
	if err := page.Execute(&b, v); err != nil {
		return "", fmt.Errorf("writing table %s as HTML: %w", t.Name, err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // the template has escaped what it holds
}

// blocked reports whether the first column names blocks of rows: then it has a text where a block begins and nowhere else.
func (t Table) blocked() bool {
	if len(t.Columns) < 2 || t.Columns[0].Number {
		return false
	}
	repeats := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Cells[0].Text == "" })
	for i, r := range t.Rows {
		if begins := i == 0 || r.Break; begins != (r.Cells[0].Text != "") {
			return false
		}
	}
	return repeats
}

// minus is the sign to print for a hyphen in a number: a real minus, except where it means that nothing was measured.
func minus(text string) string {
	if text == Missing {
		return Missing
	}
	return "\u2212"
}
