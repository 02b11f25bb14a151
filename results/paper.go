package results

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// Paper is what a table for a paper shows.
type Paper struct {
	Rows, Columns string   // PaperSides; one of them is "arm"
	Measures      []string // PaperMeasures
	Task          string   // of the alignment tax; empty for all tasks together
	Arms          []string // nil for all
	Interval      string   // PaperIntervals
	Percent, Best bool     // Best sets the best of each column (of each row, where arms are columns) in bold
}

// PaperSides are what rows and columns can be.
func PaperSides() []string { return []string{"arm", "language", "group"} }

// PaperIntervals are the ways to show an interval: not, as half its width, by its ends.
func PaperIntervals() []string { return []string{"none", "half", "full"} }

// PaperMeasures are the names of what such a table can show.
func PaperMeasures() (names []string) {
	for _, m := range paperMeasures("") {
		names = append(names, m.name)
	}
	return names
}

// paperMeasure is a measure of an arm in a group of languages.
type paperMeasure struct {
	name, head    string
	better        int  // 1 if more is better, -1 if less is, 0 if neither
	share, signed bool // a share can be a percentage, a difference shows its sign
	of            func(s *outcome.Study, arm string, in records.Group) stats.Estimate
}

func paperMeasures(task string) []paperMeasure {
	list := []paperMeasure{
		{"win-rate", "win rate", 1, true, false, (*outcome.Study).WinRate},
		{"win-rate-minus-reference", "win rate", 1, true, true, func(s *outcome.Study, arm string, in records.Group) stats.Estimate {
			a, reference := s.Arm(arm), s.Reference()
			if reference == nil || !a.Trained || arm == reference.Name {
				return stats.Estimate{}
			}
			return s.WinsMinus(arm, reference.Name, in)
		}},
		{"win-rate-at-equal-length", "win rate at equal length", 1, true, false, func(s *outcome.Study, arm string, in records.Group) stats.Estimate {
			return s.Lengths().Of(arm, in).Controlled
		}},
		{"exact", "exact answers", 1, true, false, (*outcome.Study).Exact},
		{"score", "judge's score", 1, false, false, func(s *outcome.Study, arm string, in records.Group) stats.Estimate {
			if !s.Scored() {
				return stats.Estimate{}
			}
			return s.Score(arm, in)
		}},
		{"tokens", "tokens", 0, false, false, (*outcome.Study).Length},
	}
	for _, m := range outcome.Measures() {
		list = append(list, paperMeasure{strings.ReplaceAll(m.Name, " ", "-"), m.Name, m.Better, m.Share, false, func(s *outcome.Study, arm string, in records.Group) stats.Estimate {
			return s.Tax(m, task, arm, in)
		}})
	}
	return list
}

// paperPlace is a language or a group of languages, with the heading above it.
type paperPlace struct {
	name, code, block string
	records.Group
}

// PaperTable sets arms against languages, or against groups of them. An error says what the records do not have.
func PaperTable(set *record.Set, p Paper) (table.Table, error) {
	s, err := outcome.New(set)
	if err != nil {
		return table.Table{}, fmt.Errorf("the records cannot be reported: %w", err)
	}
	arms := s.Arms
	if p.Arms != nil {
		arms = nil
		for _, name := range p.Arms {
			a := s.Arm(name)
			if a == nil {
				return table.Table{}, fmt.Errorf("%q: the run has no such arm (%s)", name, armNames(s))
			}
			arms = append(arms, *a)
		}
	}
	var measures []paperMeasure
	for _, name := range p.Measures {
		all := paperMeasures(p.Task)
		m := all[slices.IndexFunc(all, func(m paperMeasure) bool { return m.name == name })]
		if m.signed && s.Reference() != nil {
			m.head += " minus " + s.Reference().Name + "'s"
		}
		measures = append(measures, m)
	}
	t := p.laid(s, arms, measures)
	for _, m := range measures {
		if !slices.ContainsFunc(arms, func(a record.Arm) bool {
			return slices.ContainsFunc(p.places(s), func(x paperPlace) bool { return m.of(s, a.Name, x.Group).N > 0 })
		}) {
			return t, fmt.Errorf("the run has no numbers of the measure %q%s", m.name, prefixed(" on the task ", p.Task))
		}
	}
	t.Partial = s.Partial
	t.Footnotes = s.DoubtsOf("main")
	for i, a := range s.Confined() {
		if slices.ContainsFunc(arms, func(b record.Arm) bool { return a.Name == b.Name }) {
			t.Footnotes = append(t.Footnotes, confined(s)[i])
		}
	}
	return t, nil
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// laid is the table without its footnotes.
func (p Paper) laid(s *outcome.Study, arms []record.Arm, measures []paperMeasure) table.Table {
	places := p.places(s)
	head := func(group, name string, m paperMeasure) table.Column {
		c := table.Column{Group: group, Name: name, Number: true}
		if len(measures) > 1 {
			c.Group = m.head + p.unit(m)
		}
		if p.Interval != "none" {
			c.Fields = table.IntervalFields()
		}
		return c
	}
	var heads []string
	for _, m := range measures {
		heads = append(heads, m.head)
	}
	t := table.Table{Name: strings.Join(append(slices.Clone(p.Measures), p.Rows, p.Columns), "-"), Columns: []table.Column{{Name: p.Rows}}}
	t.Title = strings.Join(heads, ", ") + " by " + p.Columns + " and " + p.Rows
	t.Title = strings.ToUpper(t.Title[:1]) + t.Title[1:]
	if len(measures) == 1 {
		t.Title += p.unit(measures[0])
	}
	t.Note = p.note(s, measures)
	if p.Rows == "arm" {
		for _, m := range measures {
			for _, x := range places {
				t.Columns = append(t.Columns, head(x.block, x.code, m))
			}
		}
		for _, a := range arms {
			row := []table.Cell{table.Text(a.Name)}
			for _, m := range measures {
				for _, x := range places {
					row = append(row, p.cell(m, m.of(s, a.Name, x.Group)))
				}
			}
			t.Rows = append(t.Rows, table.Row{Cells: row})
		}
		for j := 1; p.Best && j < len(t.Columns); j++ {
			var column []*table.Cell
			for i := range t.Rows {
				column = append(column, &t.Rows[i].Cells[j])
			}
			markBest(column, measures[(j-1)/len(places)].better)
		}
		return t
	}
	for _, m := range measures {
		for _, a := range arms {
			t.Columns = append(t.Columns, head("", a.Name, m))
		}
	}
	for i, x := range places {
		row := []table.Cell{table.Text(x.name)}
		for _, m := range measures {
			var cells []*table.Cell
			for _, a := range arms {
				row = append(row, p.cell(m, m.of(s, a.Name, x.Group)))
			}
			for j := len(row) - len(arms); p.Best && j < len(row); j++ {
				cells = append(cells, &row[j])
			}
			markBest(cells, m.better)
		}
		t.Rows = append(t.Rows, table.Row{Break: i > 0 && places[i-1].block != x.block, Cells: row})
	}
	return t
}

// places are the languages or groups of the table.
func (p Paper) places(s *outcome.Study) (list []paperPlace) {
	if p.Rows == "group" || p.Columns == "group" {
		for _, g := range s.Groups() {
			list = append(list, paperPlace{g.Name, g.Name, "", g})
		}
		return list
	}
	for _, l := range s.Languages {
		x := paperPlace{l.Name, l.Code, "unseen", records.Only(l.Code)}
		if l.Seen {
			x.block = "seen"
		}
		if l.UnderRepresented {
			x.name, x.code = x.name+" †", x.code+"†"
		}
		list = append(list, x)
	}
	return list
}

// note says what the numbers are, once.
func (p Paper) note(s *outcome.Study, measures []paperMeasure) string {
	prompts, clusters := s.Prompts()
	list := []string{map[string]string{"none": "Means.", "half": "Mean ± half the width of the 95 % interval.", "full": "Mean [95 % interval]."}[p.Interval], s.Runs() + "."}
	if prompts > 0 {
		list[1] = fmt.Sprintf("%s, %s in %s.", s.Runs(), table.Counted(prompts, "evaluation prompt"), table.Counted(clusters, "cluster"))
	}
	of := func(names ...string) bool {
		return slices.ContainsFunc(measures, func(m paperMeasure) bool { return slices.Contains(names, m.name) })
	}
	if of("win-rate", "win-rate-at-equal-length") {
		list = append(list, "Win rates are against the answers of "+opponent(s)+"; a tie counts half.")
	}
	if of("win-rate-minus-reference") {
		list = append(list, "Differences are paired, on the same prompts and seeds.")
	}
	if p.Task != "" {
		list = append(list, "Task: "+p.Task+".")
	}
	if p.Best {
		list = append(list, map[bool]string{true: "The best of each column is marked.", false: "The best arm of each row is marked."}[p.Rows == "arm"])
	}
	if slices.ContainsFunc(p.places(s), func(x paperPlace) bool { return strings.HasSuffix(x.name, "†") }) {
		list = append(list, "† marks under-represented languages.")
	}
	text := strings.Join(list, " ")
	if of("win-rate", "win-rate-at-equal-length", "win-rate-minus-reference", "score") {
		text += s.JudgedBy()
	}
	return text
}

func (p Paper) unit(m paperMeasure) string {
	if p.Percent && m.share {
		return " [%]"
	}
	return ""
}

// cell is a number with its interval as the table shows it. CSV has the ends of the interval in any case but "none".
func (p Paper) cell(m paperMeasure, e stats.Estimate) table.Cell {
	scale, digits := 1.0, 3
	if p.Percent && m.share {
		scale, digits = 100, 1
	} else if m.name == "tokens" {
		digits = 1
	}
	if e.N == 0 {
		return table.None(3)
	}
	if m.share && !m.signed {
		e.Low, e.High = max(0, e.Low), min(1, e.High)
	}
	show := table.Fixed
	if m.signed {
		show = table.Signed
	}
	e.Mean, e.Low, e.High = scale*e.Mean, scale*e.Low, scale*e.High
	bare := table.Number(e.Mean, digits)
	c := table.Cell{Text: show(e.Mean, digits), Data: bare.Data}
	if p.Interval == "none" || !e.Bounded() {
		return c
	}
	c.Data = append(c.Data, table.Number(e.Low, digits).Data[0], table.Number(e.High, digits).Data[0])
	if p.Interval == "half" {
		c.Text += "±" + table.Fixed((e.High-e.Low)/2, digits)
	} else {
		c.Text += fmt.Sprintf(" [%s, %s]", show(e.Low, digits), show(e.High, digits))
	}
	return c
}

// markBest marks the cells with the best mean as it is shown, so that no reader sees two equal numbers of which one is better.
func markBest(cells []*table.Cell, better int) {
	shown := func(c *table.Cell) float64 {
		text, _, _ := strings.Cut(strings.Fields(c.Text)[0], "±")
		var v float64
		if n, err := fmt.Sscan(text, &v); n != 1 || err != nil {
			return math.NaN()
		}
		return v
	}
	best := math.Inf(-1)
	for _, c := range cells {
		if v := shown(c) * float64(better); v > best {
			best = v
		}
	}
	for _, c := range cells {
		c.Best = better != 0 && shown(c)*float64(better) == best
	}
}
