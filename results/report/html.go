package report

import (
	"bytes"
	_ "embed" // the style sheet and the template go into the page
	"fmt"
	"html/template"
	"regexp"

	"congrad/harness/record"
	"congrad/results/figure"
)

//go:embed style.css
var style string

//go:embed page.tmpl
var markup string

// pageTemplate is the report's; a mistake in it is found by the first test.
var pageTemplate = template.Must(template.New("page").Parse(markup))

var negative = regexp.MustCompile(`(^|[ (\[])-([0-9])`)

// pageView is the document as the template takes it.
type pageView struct {
	Title, Warning string
	Style          template.CSS
	Sections       []pageSection
}

type pageSection struct {
	ID, Title string
	Blocks    []pageBlock
}

// pageBlock is one of: a table, a figure with its caption in Text, a list, examples, a paragraph.
type pageBlock struct {
	Table         template.HTML
	SVG           template.HTML
	Figure, Class string
	Number        int
	List          []string
	Examples      []pageExample
	Text          string
}

// pageExample isolates each answer from the English around it, so that right-to-left text keeps to itself.
type pageExample struct {
	Head, Lang, Direction string
	Lines                 [][2]string // role and text
}

// HTML is the report as one file: no script, nothing to load, readable on a phone, in the dark and on paper.
func (d Document) HTML() ([]byte, error) {
	p := pageView{Title: d.title(), Warning: d.warning(), Style: template.CSS(style)} //nolint:gosec // our own
	for _, s := range d.sections {
		section := pageSection{ID: s.ID, Title: s.Title}
		for _, block := range s.Blocks {
			b, err := block.html(d)
			if err != nil {
				return nil, err
			}
			section.Blocks = append(section.Blocks, b)
		}
		p.Sections = append(p.Sections, section)
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("writing the report as HTML: %w", err)
	}
	return b.Bytes(), nil
}

func (k Block) html(d Document) (pageBlock, error) {
	switch {
	case k.Table != nil:
		text, err := k.numberedTable().HTML(k.long())
		return pageBlock{Table: text}, err
	case k.Figure != nil:
		svg, err := k.Figure.Inline()
		class := "page"
		if k.Figure.Width == figure.Column {
			class = "column"
		}
		return pageBlock{SVG: template.HTML(svg), Figure: k.Figure.Name, Class: class, Number: k.number, Text: prose(k.Text)}, err //nolint:gosec // SVG escapes its text
	case k.Examples != nil:
		var list []pageExample
		for _, p := range k.Examples {
			list = append(list, d.exampleHTML(p))
		}
		return pageBlock{Examples: list}, nil
	}
	b := pageBlock{Text: prose(k.Text)}
	for _, item := range k.List {
		b.List = append(b.List, prose(item))
	}
	return b, nil
}

// prose sets the hyphen before a number as a minus sign.
func prose(text string) string { return negative.ReplaceAllString(text, "${1}\u2212${2}") }

func (d Document) exampleHTML(p record.Pair) pageExample {
	e := pageExample{Head: prose(d.exampleHead(p)), Lang: p.Lang, Direction: "auto"}
	if direction := languageOf(d.study, p.Lang).Direction; direction != "" {
		e.Direction = direction
	}
	for _, line := range d.exampleLines(p) {
		e.Lines = append(e.Lines, [2]string{line[0], clipped(line[1])})
	}
	return e
}
