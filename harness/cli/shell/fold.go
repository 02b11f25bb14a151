package shell

import (
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// WideFlag adds --wide.
func (a *App) WideFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.Wide, "wide", false, "print tables in their full width, whatever the terminal's")
}

// width is how many columns the terminal has; 0 where output goes elsewhere or is to be wide.
func (a *App) width() int {
	f, ok := a.Out.(*os.File)
	if !ok || a.Wide || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Table prints a table's text, folded if the terminal is too narrow for it.
func (a *App) Table(text string) error {
	if width := a.width(); width > 0 {
		text = fold(text, width)
	}
	_, err := a.Out.Write([]byte(text))
	return err
}

// rule is a line that shows where the columns of a table are.
var rule = regexp.MustCompile(`^-{3,}(  -+)+$`)

// fold sets tables narrower: each is cut into several with the same first columns, those with text, and as many of the others as fit.
// Lines of prose are wrapped. What cannot be made to fit stays as it is.
func fold(text string, width int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		if !rule.MatchString(lines[i]) {
			out = append(out, wrapped(lines[i], width)...)
			continue
		}
		last, rules := i, 1 // the last of the table's three rules
		for j := i + 1; j < len(lines) && rules < 3; j++ {
			if rule.MatchString(lines[j]) {
				last, rules = j, rules+1
			}
		}
		out = append(out, folded(lines[i:last+1], width)...)
		i = last
	}
	return strings.Join(out, "\n") + "\n"
}

// span is a column's place, in cells of the terminal.
type span struct{ from, to int }

func folded(grid []string, width int) []string {
	var spans []span
	at := 0
	for _, dashes := range strings.Split(grid[0], "  ") {
		spans = append(spans, span{at, at + len(dashes)})
		at += len(dashes) + 2
	}
	if at-2 <= width {
		return grid
	}
	keys := keyColumns(grid, spans)
	var out []string
	for next := keys; next < len(spans); {
		used := spans[keys-1].to
		from := next
		for next < len(spans) && (next == from || used+2+spans[next].to-spans[next].from <= width) {
			used += 2 + spans[next].to - spans[next].from
			next++
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		for _, line := range grid {
			left := cut(line, span{0, spans[keys-1].to})
			right := cut(line, span{spans[from].from, spans[next-1].to})
			out = append(out, strings.TrimRight(left+"  "+right, " "))
		}
	}
	return out
}

// keyColumns is how many columns come before the first one with numbers; at least one.
func keyColumns(grid []string, spans []span) int {
	number := regexp.MustCompile(`^[-+~]?\d`)
	for i, s := range spans[1:] {
		if slices.ContainsFunc(grid[1:], func(line string) bool { return number.MatchString(strings.TrimSpace(cut(line, s))) }) {
			return i + 1
		}
	}
	return 1
}

// cut is the part of a line in some cells, padded to their number.
func cut(line string, s span) string {
	var b strings.Builder
	at := 0
	for _, r := range line {
		w := displaywidth.Rune(r)
		if at >= s.from && at+w <= s.to {
			b.WriteRune(r)
		}
		at += w
	}
	text := b.String()
	return text + strings.Repeat(" ", max(0, s.to-s.from-displaywidth.String(text)))
}

// wrapped breaks a line of prose at its blanks; the rest is indented as the line is.
func wrapped(line string, width int) (lines []string) {
	if displaywidth.String(line) <= width {
		return []string{line}
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	now := indent
	for _, word := range strings.Fields(line) {
		if now != indent && displaywidth.String(now)+1+displaywidth.String(word) > width {
			lines = append(lines, now)
			now = indent
		}
		if now != indent {
			now += " "
		}
		now += word
	}
	return append(lines, now)
}

// hanging prints rows in columns of which the last one is wrapped to the width.
func hanging(rows [][]string, indent string, width int) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:max(0, len(row)-1)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displaywidth.String(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row[:max(0, len(row)-1)] {
			line += cell + strings.Repeat(" ", widths[i]-displaywidth.String(cell)+2)
		}
		if len(row) == 0 {
			b.WriteString("\n")
			continue
		}
		left := displaywidth.String(line)
		if width-left < 20 { // too narrow to wrap in
			left = len(indent) + 2
		}
		for i, text := range wrapped(row[len(row)-1], width-left) {
			if i > 0 {
				line = strings.Repeat(" ", left)
			}
			b.WriteString(strings.TrimRight(line+text, " ") + "\n")
		}
	}
	return b.String()
}
