package table

import (
	"fmt"
	"math"
	"strings"

	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	points "golang.org/x/image/math/fixed"
)

// Widths of the ACL's style [TeX points]: a column and both columns with the gap between them. Type below smallest is not legible in print.
const (
	columnWidth = 219.08
	pageWidth   = 455.24
	smallest    = 9.0
)

// LaTeXWithin is the table as a float for \input that is at most one or two columns of a two-column page wide, in type of 9 or 10 points that
// is not scaled. A table that is too wide at 9 points is cut into panels, each with the first column. An error says what does not fit.
func (t Table) LaTeXWithin(columns int) ([]byte, error) {
	room, float := columnWidth, "table"
	if columns == 2 {
		room, float = pageWidth, "table*"
	}
	m, err := newMeter()
	if err != nil {
		return nil, t.failed("LaTeX", err)
	}
	size, gap := smallest, 2.5
	panels := t.panels(m, size, gap, room)
	for _, roomier := range []struct{ size, gap float64 }{{10, 6}, {10, 3.5}, {smallest, 5}, {smallest, 3.5}} {
		if list := t.panels(m, roomier.size, roomier.gap, room); len(list) == len(panels) && list != nil {
			size, gap, panels = roomier.size, roomier.gap, list
			break
		}
	}
	if panels == nil {
		widest := 1
		for i := range t.Columns {
			if i > 0 && m.column(t, i) > m.column(t, widest) {
				widest = i
			}
		}
		return nil, fmt.Errorf("the first column and %q are %.0f pt wide at %g pt, and the page has room for %.0f pt",
			t.Columns[widest].Name, m.width(t.only([]int{0, widest}), size, gap), size, room)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%% needs \\usepackage{booktabs}\n\\begin{%s}[t]\n\\centering\\fontsize{%g}{%.3g}\\selectfont\\setlength{\\tabcolsep}{%gpt}\n", float, size, 1.2*size, gap)
	for i, panel := range panels {
		if i > 0 {
			b.WriteString("\\par\\medskip\n")
		}
		t.only(panel).tabular(&b)
	}
	fmt.Fprintf(&b, "\\caption{%s.%s}\n\\label{tab:%s}\n", latex(t.Heading()), latex(prefixed(" ", strings.Join(append([]string{t.Note}, t.Footnotes...), " "))), t.Name)
	fmt.Fprintf(&b, "\\end{%s}\n", float)
	return []byte(b.String()), nil
}

// panels are the columns of the tables that t is cut into, as few as the room allows and about equally many in each; nil if there is none.
func (t Table) panels(m meter, size, gap, room float64) [][]int {
	others := len(t.Columns) - 1
	for n := 1; n <= max(1, others); n++ {
		var list [][]int
		each := (others + n - 1) / n
		for from := 1; from <= others; from += each {
			panel := []int{0}
			for i := from; i < min(from+each, others+1); i++ {
				panel = append(panel, i)
			}
			list = append(list, panel)
		}
		fits := len(list) > 0
		for _, panel := range list {
			fits = fits && m.width(t.only(panel), size, gap) <= room
		}
		if fits {
			return list
		}
	}
	return nil
}

// only is the table with some of its columns.
func (t Table) only(columns []int) Table {
	if len(columns) == len(t.Columns) {
		return t
	}
	all, rows := t.Columns, t.Rows
	t.Columns, t.Rows = nil, nil
	for _, i := range columns {
		t.Columns = append(t.Columns, all[i])
	}
	for _, r := range rows {
		var cells []Cell
		for _, i := range columns {
			cells = append(cells, r.Cells[i])
		}
		t.Rows = append(t.Rows, Row{cells, r.Break})
	}
	return t
}

// meter measures text as TeX sets it. Liberation Serif has the widths of Times; Computer Modern's digits are as wide and its letters at most an
// eighth wider.
type meter struct {
	font *sfnt.Font
	buf  *sfnt.Buffer
}

func newMeter() (meter, error) {
	f, err := sfnt.Parse(liberationserifregular.TTF)
	return meter{f, &sfnt.Buffer{}}, err
}

// text is the width of a text in units of the type's size.
func (m meter) text(s string, number bool) float64 {
	sum := 0.0
	for _, r := range latin(s) {
		const sign = 0.778 // of a mathematical one
		switch {
		case strings.ContainsRune("±~<>−×", r), number && strings.ContainsRune("+-", r):
			sum += sign
			continue
		case r == '†':
			sum += 0.5
			continue
		}
		at, err := m.font.GlyphIndex(m.buf, r)
		advance, fault := m.font.GlyphAdvance(m.buf, at, points.I(1000), font.HintingNone)
		if err != nil || fault != nil {
			advance = points.I(1000) // as wide as any
		}
		w := float64(advance) / 64 / 1000
		if !number {
			w *= 1.125
		}
		sum += w
	}
	return sum
}

// column is the width of a column with its head.
func (m meter) column(t Table, i int) float64 {
	most := m.text(t.Columns[i].Name, false)
	marked := t.marked()[i]
	for _, r := range t.Rows {
		w := m.text(r.Cells[i].Text, t.Columns[i].Number)
		if r.Cells[i].Best {
			w *= 1.15 // bold digits of Computer Modern
		}
		if marked {
			w += 1.03 // a space and a sign
		}
		most = math.Max(most, w)
	}
	return 1.03 * most // Computer Modern is drawn wider for 9 points
}

// width is that of the table [points], in type of a size and with gap on both sides of what separates columns.
func (m meter) width(t Table, size, gap float64) float64 {
	sum := 2 * gap * float64(len(t.Columns)-1)
	for _, s := range t.spans() {
		columns := 2 * gap * float64(s.to-s.from-1)
		for i := s.from; i < s.to; i++ {
			columns += size * m.column(t, i)
		}
		sum += math.Max(columns, size*m.text(s.name, false)) - 2*gap*float64(s.to-s.from-1)
	}
	return sum
}
