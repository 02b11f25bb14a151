package results

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

func text(group, name string) table.Column { return table.Column{Group: group, Name: name} }

func number(group, name string) table.Column {
	return table.Column{Group: group, Name: name, Number: true}
}

func interval(group, name string) table.Column {
	return table.Column{Group: group, Name: name, Number: true, Fields: table.IntervalFields()}
}

func difference(group, name string) table.Column {
	return table.Column{Group: group, Name: name, Number: true, Fields: table.DifferenceFields()}
}

// rate is the cell of a share with its interval.
func rate(e stats.Estimate) table.Cell { return table.Interval(e, 3, 0, 1) }

// told is the cell of a difference, marked "~" if it is not significant.
func told(e stats.Estimate) table.Cell {
	mark := ""
	if e.N > 0 && !e.Detected(records.Level) {
		mark = "~"
	}
	return table.Difference(e, 3, mark)
}

// once is the cell of a name that is shown only on the first row of its block.
func once(name string, first bool) table.Cell {
	if first {
		return table.Text(name)
	}
	return table.Repeated(name)
}

// base is the name of the arm that is the base model, or "the base model" if there is no such arm.
func base(s *outcome.Study) string {
	if a := s.Untouched(); a != nil {
		return a.Name
	}
	return "the base model"
}

// opponent names the model or file whose answers win rates compare with.
func opponent(s *outcome.Study) string {
	if s.Answers != nil {
		return s.Against()
	}
	return base(s)
}

// counted is the number of answers behind an estimate.
func counted(e stats.Estimate) table.Cell {
	if e.N == 0 {
		return table.None(1)
	}
	return table.Count(e.N)
}

// confined says which arms have no model for some languages, and what is shown instead.
func confined(s *outcome.Study) []string {
	var notes []string
	for _, a := range s.Confined() {
		if len(a.Groups) > 0 {
			notes = append(notes, fmt.Sprintf("%s: one model for each of %s; %s where a group has another language.", a.Name, strings.Join(a.Groups, "; "), table.Missing))
			continue
		}
		notes = append(notes, fmt.Sprintf("%s: one model per language (%s); %s where a group has another language.", a.Name, strings.Join(a.Languages, ", "), table.Missing))
	}
	return notes
}

// intervalsTable sets the intervals of the main table next to those of a bootstrap, which is what most papers print.
func intervalsTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "intervals",
		Title: "The win rates with intervals by two methods",
		Note: "crossed: prompts and seeds as crossed random effects with t quantiles, used in all other tables. bootstrap: paired percentile bootstrap over clusters of prompts, " +
			"with seeds as the outer level. With few seeds the bootstrap covers less than its nominal 95 % (package eval/stats has the simulation)." + s.JudgedBy(),
		Columns: []table.Column{
			text("", "languages"), text("", "arm"), interval("win rate", "crossed"), interval("win rate", "bootstrap"),
		},
	}
	if s.Reference() != nil {
		t.Columns = append(t.Columns, difference(minus(s), "crossed"), difference(minus(s), "bootstrap"))
	}
	for _, g := range s.Groups() {
		for i, a := range s.Contenders() {
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: slices.Concat(
				[]table.Cell{once(g.Name, i == 0), table.Text(a.Name), rate(s.WinRate(a.Name, g)), rate(s.WinRateBootstrap(a.Name, g))},
				winsMinus(s, a, g),
				minusCell(s, a, func(arm, reference string) stats.Estimate { return s.WinsMinusBootstrap(arm, reference, g) }),
			)})
		}
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero).")
	}
	t.Footnotes = slices.Concat(t.Footnotes, unreferenced(s), confined(s))
	return t
}

// taxCell is the difference to the base model; the base model itself has no difference.
func taxCell(s *outcome.Study, m outcome.Measure, task string, a record.Arm, g records.Group) table.Cell {
	untouched := s.Untouched()
	if untouched == nil || a.Name == untouched.Name {
		return table.None(len(table.DifferenceFields()))
	}
	return told(s.TaxMinus(m, task, a.Name, untouched.Name, g))
}

func oneSeed(s *outcome.Study) string {
	if len(s.Seeds) != 1 {
		return ""
	}
	return "One seed: the intervals cover other prompts, not other training runs."
}

// languagesTable sets every language against every trained arm.
func languagesTable(s *outcome.Study) table.Table {
	quality, _ := qualities(s)
	t := table.Table{
		Name:  "languages",
		Title: "Win rate per language against the answers of " + opponent(s),
		Note:  "Mean [95 % interval]; a tie counts half. n: evaluated answers per arm, over all seeds. † marks under-represented languages." + s.JudgedBy(),
		Columns: append([]table.Column{
			text("", "group"), text("", "language"), text("", "name"), number("", "n"),
		}, quality.columns(base(s)+" ")...),
	}
	contenders := s.Contenders()
	for _, a := range contenders {
		t.Columns = append(t.Columns, table.Column{Name: a.Name, Number: true, Fields: table.DifferenceFields()})
	}
	if prompts, _ := s.Prompts(); prompts == 0 {
		return t
	}
	marks := languageMarks(s)
	for i, l := range s.Languages {
		g := records.Only(l.Code)
		group := "unseen"
		if l.Seen {
			group = "seen"
		}
		first := i == 0 || s.Languages[i-1].Seen != l.Seen
		name := l.Name
		if l.UnderRepresented {
			name += " †"
		}
		n := s.Length(base(s), g).N
		var rates []table.Cell
		for _, a := range contenders {
			e := s.WinRate(a.Name, g)
			n = max(n, e.N)
			cell := rate(e)
			cell.Mark = marks[a.Name][l.Code]
			cell.Data = append(cell.Data[:3:3], cell.Mark)
			rates = append(rates, cell)
		}
		t.Rows = append(t.Rows, table.Row{Break: first, Cells: slices.Concat([]table.Cell{
			once(group, first), table.Text(l.Code), table.Text(name), table.Count(n),
		}, quality.cells(base(s), g), rates)})
	}
	if len(marks) > 0 {
		t.Footnotes = append(t.Footnotes, "Paired difference to "+s.Reference().Name+" on the same prompts and seeds, corrected over languages by Holm's method: "+
			"> higher, < lower, no mark: no significant difference.")
	}
	t.Footnotes = append(t.Footnotes, unreferenced(s)...)
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	t.Footnotes = append(t.Footnotes, confined(s)...)
	return t
}

// taxTable sets every arm on every task, by group of languages.
func taxTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "tax",
		Title: "Alignment tax: what training changed on other tasks",
		Note: "value: all languages. Then the paired difference to " + base(s) + " by group of languages, mean [95 % interval]. " +
			"More accuracy is better, more bits per byte is worse.",
		Columns: []table.Column{text("", "task"), text("", "measure"), text("", "arm"), number("", "n"), number("", "value")},
	}
	groups := s.Groups()
	for _, g := range groups {
		t.Columns = append(t.Columns, difference("", g.Name))
	}
	for _, task := range s.TaxTasks() {
		for _, m := range outcome.Measures() {
			first := true
			for _, a := range s.Arms {
				all, _ := s.Group("all")
				value, measured := s.Tax(m, task, a.Name, all), false
				for _, g := range groups {
					measured = measured || s.Tax(m, task, a.Name, g).N > 0
				}
				if !measured {
					continue
				}
				cells := []table.Cell{
					once(task, first), once(m.Name, first), table.Text(a.Name), counted(value), table.Share(value.Mean, value.N > 0),
				}
				for _, g := range groups {
					cells = append(cells, taxCell(s, m, task, a, g))
				}
				t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
				first = false
			}
		}
		if chance := s.Chance(task); chance > 0 {
			t.Footnotes = append(t.Footnotes, fmt.Sprintf("%s: guessing gives an accuracy of %s.", task, table.Fixed(chance, 3)))
		}
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero).")
	}
	t.Footnotes = append(t.Footnotes, confined(s)...)
	return t
}
