package results

import (
	"fmt"

	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// roomTable shows how much a filter of pairs could gain at most, by an arm that keeps the right pairs only, and how much keeping languages
// apart could, by the better of joint training and a model of its own in each language. It has no rows without either.
func roomTable(s *outcome.Study) table.Table {
	joint, oracles := s.Reference(), s.Oracles()
	gauge, ways := s.Gauges()[0], s.Ways()
	t := table.Table{Name: "room", Title: "Room for a method: what knowing the right pairs, or whom to keep apart, is worth"}
	var own []record.Arm
	if joint != nil && joint.Policy != "mono" {
		own = s.OneEach()
	}
	if joint == nil || len(oracles)+len(own) == 0 || len(ways) == 0 {
		return t
	}
	t.Note = fmt.Sprintf("An arm that trains only on pairs which prefer the better answer by the reference answer, minus %s: what no filter of pairs can be expected to exceed, "+
		"if both take as many steps. wrong: share of %s's pairs that prefer the worse answer. %s: greedy answers. %s", joint.Name, joint.Name, joint.Name, gaugesInWords(s, gauge)+sampling(s))
	t.Columns = []table.Column{text("", "languages"), number("", "wrong"), number("", joint.Name)}
	for _, a := range oracles {
		for _, w := range ways {
			t.Columns = append(t.Columns, difference(a.Name+" "+minus(s), w.String()))
		}
	}
	for _, a := range own {
		t.Columns = append(t.Columns, difference("better of two "+minus(s), joint.Name+" and "+a.Name))
	}
	groups, languages := make([]family, len(t.Columns)), make([]family, len(t.Columns))
	row := func(in records.Group, families []family, first bool) {
		e := gauge.Of(outcome.Which{}, joint.Name, in)
		cells := []table.Cell{table.Text(in.Name), wrongPairs(s, joint, in), table.Share(e.Mean, e.N > 0)}
		for _, a := range oracles {
			for _, w := range ways {
				cells = families[len(cells)].cell(t, cells, gauge.Minus(w, a.Name, joint.Name, in))
			}
		}
		for _, a := range own {
			cells = families[len(cells)].cell(t, cells, gauge.Better(outcome.Which{}, a.Name, joint.Name, in))
		}
		t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
	}
	for _, in := range s.Groups() {
		row(in, groups, false)
	}
	for i, l := range s.Languages {
		row(records.Only(l.Code), languages, i == 0 || s.Languages[i-1].Seen != l.Seen)
	}
	for k := range t.Columns {
		groups[k].mark(t)
		languages[k].mark(t)
	}
	t.Footnotes = []string{corrected + ", corrected by Holm's method in each column, over the groups and over the languages."}
	if len(own) > 0 {
		t.Footnotes = append(t.Footnotes, "better of two: a bound for methods that share less between languages. In each language the arm that is better on one half of the clusters "+
			"of prompts is counted on the other half, and the other way round.")
	}
	return t
}

// wrongPairs is the share of an arm's pairs in a group of languages that prefer the worse answer.
func wrongPairs(s *outcome.Study, a *record.Arm, in records.Group) table.Cell {
	wrong, n := 0.0, 0
	for _, code := range in.Codes {
		share, of := measure.Wrong(s.Study, a.Name, code)
		wrong, n = wrong+share*float64(of), n+of
	}
	return table.Share(wrong/float64(max(1, n)), n > 0)
}
