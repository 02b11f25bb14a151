package table

import (
	"fmt"
	"html"
	"strings"
)

// HTML is the table as a figure element that scrolls sideways where the page is too narrow.
func (t Table) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<figure class=\"table\" id=\"table-%s\">\n<figcaption><strong>%s.</strong> %s</figcaption>\n",
		html.EscapeString(t.Name), html.EscapeString(t.Heading()), html.EscapeString(t.Note))
	fmt.Fprintf(&b, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table>\n<thead>\n", html.EscapeString(t.Heading()))
	if t.grouped() {
		b.WriteString("<tr>")
		for _, s := range t.spans() {
			if s.name == "" {
				fmt.Fprintf(&b, "<td colspan=\"%d\"></td>", s.to-s.from)
				continue
			}
			fmt.Fprintf(&b, "<th scope=\"colgroup\" class=\"group\" colspan=\"%d\">%s</th>", s.to-s.from, html.EscapeString(s.name))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("<tr>")
	for _, c := range t.Columns {
		fmt.Fprintf(&b, "<th scope=\"col\"%s>%s</th>", numberClass(c), html.EscapeString(c.Name))
	}
	b.WriteString("</tr>\n</thead>\n<tbody>\n")
	marked := t.marked()
	for i, r := range t.Rows {
		if r.Break && i > 0 {
			b.WriteString("</tbody>\n<tbody>\n")
		}
		b.WriteString("<tr>")
		for j, c := range r.Cells {
			column := t.Columns[j]
			fmt.Fprintf(&b, "<td%s>", numberClass(column))
			if column.Number {
				b.WriteString(html.EscapeString(strings.ReplaceAll(c.Text, "-", minus(c.Text))))
			} else {
				fmt.Fprintf(&b, "<bdi>%s</bdi>", html.EscapeString(c.Text))
			}
			if marked[j] && column.Number {
				fmt.Fprintf(&b, "<span class=\"mark\">%s</span>", html.EscapeString(c.Mark))
			} else if c.Mark != "" {
				b.WriteString(" " + html.EscapeString(c.Mark))
			}
			b.WriteString("</td>")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n</div>\n")
	for _, f := range t.Footnotes {
		fmt.Fprintf(&b, "<p class=\"footnote\">%s</p>\n", html.EscapeString(f))
	}
	b.WriteString("</figure>\n")
	return b.String()
}

// minus is the sign to print for a hyphen in a number: a real minus, except where it means that nothing was measured.
func minus(text string) string {
	if text == Missing {
		return Missing
	}
	return "\u2212"
}

func numberClass(c Column) string {
	if c.Number {
		return ` class="n"`
	}
	return ""
}
