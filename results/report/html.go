package report

import (
	_ "embed" // the style sheet goes into the page
	"fmt"
	"html"
	"regexp"
	"strings"

	"congrad/harness/record"
	"congrad/results/figure"
)

//go:embed style.css
var style string

var negative = regexp.MustCompile(`(^|[ (\[])-([0-9])`)

// HTML is the report as one file: no script, nothing to load, readable on a phone, in the dark and on paper.
func (d Document) HTML() ([]byte, error) {
	var b strings.Builder
	title := html.EscapeString(d.title())
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1><bdi>%s</bdi></h1>\n",
		title, style, title)
	if w := d.warning(); w != "" {
		fmt.Fprintf(&b, "<p class=\"warning\" role=\"note\">%s</p>\n", html.EscapeString(w))
	}
	b.WriteString("<nav aria-label=\"Contents\"><ul>\n")
	for _, s := range d.sections {
		fmt.Fprintf(&b, "<li><a href=\"#%s\">%s</a></li>\n", s.ID, html.EscapeString(s.Title))
	}
	b.WriteString("</ul></nav>\n")
	for _, s := range d.sections {
		fmt.Fprintf(&b, "<section id=\"%s\">\n<h2>%s</h2>\n", s.ID, html.EscapeString(s.Title))
		for _, block := range s.Blocks {
			if err := block.html(&b, d); err != nil {
				return nil, err
			}
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(b.String()), nil
}

func (k Block) html(b *strings.Builder, d Document) error {
	switch {
	case k.Table != nil:
		b.WriteString(k.numberedTable().HTML())
	case k.Figure != nil:
		svg, err := k.Figure.Inline()
		if err != nil {
			return err
		}
		class := "page"
		if k.Figure.Width == figure.Column {
			class = "column"
		}
		fmt.Fprintf(b, "<figure id=\"figure-%s\" class=\"%s\">\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Figure %d\">%s</div>\n<figcaption><strong>Figure %d.</strong> %s</figcaption>\n</figure>\n",
			k.Figure.Name, class, k.number, svg, k.number, prose(k.Figure.Caption))
	case k.List != nil:
		b.WriteString("<ul>\n")
		for _, item := range k.List {
			fmt.Fprintf(b, "<li>%s</li>\n", prose(item))
		}
		b.WriteString("</ul>\n")
	case k.Examples != nil:
		b.WriteString("<dl class=\"examples\">\n")
		for _, p := range k.Examples {
			d.exampleHTML(b, p)
		}
		b.WriteString("</dl>\n")
	default:
		fmt.Fprintf(b, "<p>%s</p>\n", prose(k.Text))
	}
	return nil
}

// prose escapes text and sets the hyphen before a number as a minus sign.
func prose(text string) string {
	return html.EscapeString(negative.ReplaceAllString(text, "${1}\u2212${2}"))
}

// exampleHTML isolates each answer from the English around it, so that right-to-left text keeps to itself.
func (d Document) exampleHTML(b *strings.Builder, p record.Pair) {
	fmt.Fprintf(b, "<dt>%s</dt>\n", prose(d.exampleHead(p)))
	direction := "auto"
	if d := languageOf(d.study, p.Lang).Direction; d != "" {
		direction = d
	}
	for _, line := range d.exampleLines(p) {
		fmt.Fprintf(b, "<dd><span class=\"role\">%s</span> <bdi lang=\"%s\" dir=\"%s\">%s</bdi></dd>\n",
			line[0], html.EscapeString(p.Lang), direction, html.EscapeString(clipped(line[1])))
	}
}
