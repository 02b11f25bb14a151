package table

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// textWidth is where notes and footnotes are wrapped.
const textWidth = 100

// Plain is the table for a terminal: rules above, below and under the head, columns two spaces apart, full-width
// characters counted as two.
func (t Table) Plain() ([]byte, error) {
	rules := tw.NewSymbolCustom("rules").WithRow("-").WithCenter("-").WithColumn("  ").
		WithTopLeft("").WithTopMid("-").WithTopRight("").
		WithMidLeft("").WithMidRight("").WithHeaderLeft("").WithHeaderMid("-").WithHeaderRight("").
		WithBottomLeft("").WithBottomMid("-").WithBottomRight("")
	var b bytes.Buffer
	w := t.writer(&b, renderer.NewBlueprint(tw.Rendition{
		Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.On, Bottom: tw.On},
		Symbols: rules,
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.On, BetweenRows: tw.Off, ShowHeader: tw.On},
			Lines:      tw.Lines{ShowTop: tw.On, ShowBottom: tw.On, ShowHeaderLine: tw.On},
		},
	}), tw.Padding{Overwrite: true})
	header := make([]any, len(t.Columns))
	spans := t.spans()
	for i, c := range t.Columns {
		header[i] = c.Name
	}
	if t.grouped() {
		for _, s := range spans {
			for i := s.from; i < s.to; i++ {
				name := s.name
				if i > s.from {
					name = " " // an empty line would be dropped and the head fall out of step
				}
				header[i] = name + "\n" + t.Columns[i].Name
			}
		}
	}
	w.Header(header...)
	marked := t.marked()
	for i, r := range t.Rows {
		if r.Break && i > 0 {
			if err := w.Append(make([]string, len(t.Columns))); err != nil {
				return nil, t.failed("text", err)
			}
		}
		if err := w.Append(t.texts(r, marked, oneLine)); err != nil {
			return nil, t.failed("text", err)
		}
	}
	if err := w.Render(); err != nil {
		return nil, t.failed("text", err)
	}
	return t.framed(b.String()), nil
}

// framed puts title, note and footnotes around the grid and takes off the blanks at the ends of its lines.
func (t Table) framed(grid string) []byte {
	var b strings.Builder
	b.WriteString(t.Heading() + "\n")
	if t.Note != "" {
		b.WriteString(wrap(t.Note, textWidth, "") + "\n")
	}
	b.WriteString("\n")
	for line := range strings.Lines(grid) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	for _, f := range t.Footnotes {
		b.WriteString(wrap(f, textWidth, "  ") + "\n")
	}
	return []byte(b.String())
}

// writer sets up a tablewriter that changes no text. Its measure of ambiguous characters comes from the environment
// unless told, which would make the same records give different tables.
func (t Table) writer(b *bytes.Buffer, r tw.Renderer, padding tw.Padding) *tablewriter.Table {
	align := make([]tw.Align, len(t.Columns))
	for i, c := range t.Columns {
		align[i] = tw.AlignLeft
		if c.Number {
			align[i] = tw.AlignRight
		}
	}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: padding},
	}
	return tablewriter.NewTable(b,
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithRenderer(r),
		tablewriter.WithConfig(tablewriter.Config{
			Header:   cells,
			Row:      cells,
			Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off},
		}))
}

// texts are the cells of a row; where a column has marks, cells without one leave room so that digits stay in line.
func (t Table) texts(r Row, marked []bool, clean func(string) string) []string {
	texts, best := make([]string, len(t.Columns)), t.best()
	for i := range t.Columns {
		if i >= len(r.Cells) {
			continue
		}
		c := r.Cells[i]
		texts[i] = clean(c.Text)
		switch {
		case c.Mark != "":
			texts[i] += " " + c.Mark
		case c.Best:
			texts[i] += " *"
		case (marked[i] || best[i]) && t.Columns[i].Number:
			texts[i] += "  "
		}
	}
	return texts
}

// oneLine keeps control characters from breaking the grid.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

func wrap(s string, width int, indent string) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

func (t Table) failed(kind string, err error) error {
	return fmt.Errorf("writing table %s as %s: %w", t.Name, kind, err)
}
