package results

import (
	"fmt"
	"strings"

	"congrad/eval/langid"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// answerLanguagesTable counts the answers that are in another language than their prompt.
func answerLanguagesTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "answer-languages",
		Title: "Greedy answers in a language other than the prompt's",
		Note: "identified: answers whose language can be identified among those of the study; numbers, names and other short answers cannot. wrong: identified answers in a language other than the prompt's. " +
			"share: wrong / identified [95 % interval, with prompt clusters as trials]. most: the most frequent language of wrong answers. Groups come first, then the languages in which any arm has a wrong answer.",
		Columns: []table.Column{
			text("", "languages"), text("", "arm"), number("", "answers"), number("", "identified"), number("", "wrong"), interval("", "share"), text("", "most"),
		},
	}
	if prompts, _ := s.Prompts(); prompts == 0 {
		return t
	}
	var codes []string
	groups := s.Groups()
	for _, l := range s.Languages {
		codes = append(codes, l.Code)
		groups = append(groups, records.Only(l.Code))
	}
	identifier := langid.New(codes)
	spoken := s.Spoken(identifier.IdentifyAll)
	named := len(s.Groups())
	for i, g := range groups {
		var block []table.Row
		wrong := 0
		for _, a := range s.Arms {
			x := spoken.Of(a.Name, g)
			if x.Answers == 0 {
				continue
			}
			wrong += x.Wrong
			most := table.None(1)
			if x.Most != "" {
				most = table.Text(x.Most)
			}
			block = append(block, table.Row{Break: len(block) == 0, Cells: []table.Cell{
				once(g.Name, len(block) == 0), table.Text(a.Name), table.Count(x.Answers), table.Count(x.Share.N), table.Count(x.Wrong), rate(x.Share), most,
			}})
		}
		if i < named || wrong > 0 {
			t.Rows = append(t.Rows, block...)
		}
	}
	if open := identifier.Unmodelled(); len(open) > 0 {
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("not identified: answers in %s, and in languages that share a script with one of these; congrad has no "+
			"model of their n-grams, or does not know their script (docs/add-a-language.md).", strings.Join(open, ", ")))
	}
	t.Footnotes = append(t.Footnotes, confined(s)...)
	return t
}
