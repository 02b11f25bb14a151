package report

import (
	"regexp"
	"strings"

	"congrad/results/table"
)

// sentence ends at a full stop before a space. What begins the next may be an arm's name, so its case says nothing.
var sentence = regexp.MustCompile(`[.?!] `)

// once leaves out of a text the sentences that the report has said before. A table's own files have all of them, for they are read alone.
type once map[string]bool

func (said once) text(text string) string {
	var kept []string
	for _, s := range sentences(text) {
		if key := strings.TrimSpace(s); !said[key] {
			said[key] = true
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}

// list leaves out entries of which nothing is new.
func (said once) list(texts []string) []string {
	var kept []string
	for _, t := range texts {
		if t = said.text(t); t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}

func (said once) table(t table.Table) *table.Table {
	t.Note, t.Footnotes = said.text(t.Note), said.list(t.Footnotes)
	return &t
}

func sentences(text string) (list []string) {
	for text != "" {
		at := sentence.FindStringIndex(text)
		if at == nil {
			return append(list, text)
		}
		list, text = append(list, text[:at[0]+1]), text[at[0]+2:]
	}
	return list
}
