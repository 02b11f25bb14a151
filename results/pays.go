package results

import (
	"fmt"

	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// paysTable sets what one model for all languages costs a language and kind of prompt against what training gives it, and against a model of
// its own. It has no rows without an arm that trains on all pairs, or with neither kinds of prompts nor models of one language.
func paysTable(s *outcome.Study) table.Table {
	joint, base, own, kinds := s.Reference(), s.Untouched(), s.OneEach(), s.Kinds()
	gauge, ways := s.Gauges()[0], s.Ways()
	t := table.Table{Name: "who-pays"}
	if joint == nil || joint.Policy == "mono" || base == nil || len(own)+len(kinds) == 0 || len(ways) == 0 {
		return t
	}
	t.Title = "Who pays: " + gauge.Name + " by language and kind of prompt"
	t.Note = fmt.Sprintf("Greedy answers; %s is one model for all languages. %s", joint.Name, gaugesInWords(s, gauge))
	t.Columns = []table.Column{text("", "language"), text("", "kind"), number("", "n"), number("", base.Name), number("", joint.Name)}
	for _, a := range own {
		t.Columns = append(t.Columns, number("", a.Name))
	}
	for _, w := range ways {
		t.Columns = append(t.Columns, difference(w.String(), joint.Name+" minus "+base.Name))
		for _, a := range own {
			t.Columns = append(t.Columns, difference(w.String(), a.Name+" "+minus(s)))
		}
	}
	whole, parts := make([]family, len(t.Columns)), make([]family, len(t.Columns)) // by column: over languages, and over languages and kinds
	for i, l := range s.Languages {
		in := records.Only(l.Code)
		for k, kind := range append([]string{""}, kinds...) {
			of, families, name := outcome.Which{Kind: kind}, parts, kind
			if k == 0 {
				families, name = whole, "all"
			}
			n := gauge.Of(of, joint.Name, in)
			if n.N == 0 {
				continue
			}
			cells := []table.Cell{once(l.Code, k == 0), table.Text(name), table.Count(n.N)}
			for _, a := range append([]string{base.Name, joint.Name}, names(own)...) {
				e := gauge.Of(of, a, in)
				cells = append(cells, table.Share(e.Mean, e.N > 0))
			}
			for _, w := range ways {
				w.Kind = kind
				cells = families[len(cells)].cell(t, cells, gauge.Minus(w, joint.Name, base.Name, in))
				for _, a := range own {
					cells = families[len(cells)].cell(t, cells, gauge.Minus(w, a.Name, joint.Name, in))
				}
			}
			t.Rows = append(t.Rows, table.Row{Break: k == 0 && (len(kinds) > 0 || i > 0 && s.Languages[i-1].Seen != l.Seen), Cells: cells})
		}
	}
	for k := range t.Columns {
		whole[k].mark(t)
		parts[k].mark(t)
	}
	t.Footnotes = append([]string{corrected + ", corrected by Holm's method in each column: the rows of all kinds over the languages, the others over languages and kinds."}, confined(s)...)
	return t
}
