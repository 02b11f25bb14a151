package table

import (
	"bytes"
	"strings"

	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Markdown is the table in GitHub's dialect, aligned in the source too. It knows one line of head and no blocks, so a
// group's name comes before the column's.
func (t Table) Markdown() ([]byte, error) {
	var b bytes.Buffer
	w := t.writer(&b, renderer.NewMarkdown(), tw.Padding{Left: " ", Right: " ", Overwrite: true})
	header := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = EscapeMarkdown(strings.TrimSpace(c.Group + " " + c.Name))
	}
	w.Header(header...)
	for _, r := range t.Rows {
		if err := w.Append(t.texts(r, t.marked(), EscapeMarkdown)); err != nil {
			return nil, t.failed("Markdown", err)
		}
	}
	if err := w.Render(); err != nil {
		return nil, t.failed("Markdown", err)
	}
	var out strings.Builder
	out.WriteString("**" + EscapeMarkdown(t.Heading()) + "**\n\n")
	if t.Note != "" {
		out.WriteString(EscapeMarkdown(t.Note) + "\n\n")
	}
	out.WriteString(b.String())
	for _, f := range t.Footnotes {
		out.WriteString("\n" + EscapeMarkdown(f) + "\n")
	}
	return []byte(out.String()), nil
}

// EscapeMarkdown makes text safe within a paragraph or a cell: no markup, no HTML, no cell border, one line. An
// underscore within a word and a bracket are left alone, since neither is markup there.
func EscapeMarkdown(s string) string {
	var b strings.Builder
	runes := []rune(oneLine(s))
	for i, r := range runes {
		switch r {
		case '<':
			b.WriteString("&lt;")
			continue
		case '&':
			b.WriteString("&amp;")
			continue
		case '\\', '|', '*', '`':
			b.WriteByte('\\')
		case '_':
			inWord := i > 0 && i+1 < len(runes) && letter(runes[i-1]) && letter(runes[i+1])
			if !inWord {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

func letter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
