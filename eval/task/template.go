package task

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Template is text with columns in it: "Question: {question}\nAnswer:". {question|trim} leaves out the white space around what
// the column holds, {question|capital} begins it with a capital and has no other; {{ and }} are braces. There are no other signs,
// so what a row becomes can be read off the file.
type Template struct{ pieces []piece }

// piece is literal text, or a column.
type piece struct {
	text   string
	column bool
	filter string // of filters, or empty
}

// filters change what a column holds.
var filters = map[string]func(string) string{
	"trim":    strings.TrimSpace,
	"capital": capital,
}

// ParseTemplate reads a template.
func ParseTemplate(s string) (Template, error) {
	var t Template
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			t.pieces = append(t.pieces, piece{text: text.String()})
			text.Reset()
		}
	}
	for s != "" {
		at := strings.IndexAny(s, "{}")
		if at < 0 {
			at = len(s)
		}
		text.WriteString(s[:at])
		switch s = s[at:]; {
		case s == "":
		case strings.HasPrefix(s, "{{"), strings.HasPrefix(s, "}}"):
			text.WriteByte(s[0])
			s = s[2:]
		case s[0] == '}':
			return t, errors.New("has a } without a {; for a literal brace write }}")
		default:
			end := strings.IndexAny(s[1:], "{}")
			if end < 0 || s[1+end] == '{' {
				return t, errors.New("has a { without a }; for a literal brace write {{")
			}
			name, filter, filtered := strings.Cut(s[1:1+end], "|")
			if strings.TrimSpace(name) == "" {
				return t, errors.New("has braces without a column name")
			}
			if filtered && filters[filter] == nil {
				return t, fmt.Errorf("{%s}: there is no filter %q; want %s", s[1:1+end], filter, strings.Join(slices.Sorted(maps.Keys(filters)), " or "))
			}
			flush()
			t.pieces = append(t.pieces, piece{text: name, column: true, filter: filter})
			s = s[2+end:]
		}
	}
	flush()
	return t, nil
}

// Columns lists the columns that the template names, with repetitions.
func (t Template) Columns() (names []string) {
	for _, p := range t.pieces {
		if p.column {
			names = append(names, p.text)
		}
	}
	return names
}

// Fill puts a row's cells in the columns' places. What cells spell is text, braces included.
func (t Template) Fill(cell func(column string) string) string {
	var b strings.Builder
	for _, p := range t.pieces {
		text := p.text
		if p.column {
			text = cell(p.text)
		}
		if p.filter != "" {
			text = filters[p.filter](text)
		}
		b.WriteString(text)
	}
	return b.String()
}

var mark = regexp.MustCompile(`\[.*?\]`)

// Unmark takes the marks of captions and headings out of a text, as lm-evaluation-harness does for HellaSwag (its hellaswag/utils.py):
// " [title]" ends a sentence, whatever else is in brackets goes, and two blanks become one.
func Unmark(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), " [title]", ". ")
	return strings.ReplaceAll(mark.ReplaceAllString(s, ""), "  ", " ")
}
