package results

import (
	"fmt"
	"strings"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// ablationTable sets the arms that change settings of the experiment in a row each, next to those that take it as it is. It is left
// out where fewer than two do.
func ablationTable(s *outcome.Study) table.Table {
	quality, meaning := qualities(s)
	t := table.Table{
		Name:  "ablation",
		Title: "What the arms change in the experiment, and the results",
		Note: fmt.Sprintf("Mean [95 %% interval]. kept: pairs that were trained on, out of the total, over all seeds and iterations. %s",
			strings.TrimSpace(differences(s)+meaning+strings.TrimSpace(s.JudgedBy()))),
		Columns: []table.Column{text("", "arm"), text("", "changes"), number("pairs", "kept"), number("pairs", "total")},
	}
	changing := 0
	var groups []records.Group
	for _, g := range s.Groups() {
		if g.Name == "seen" || g.Name == "unseen" {
			groups = append(groups, g)
			t.Columns = append(append(t.Columns, interval(g.Name, "win rate")), minusColumn(s, g.Name, "")...)
		}
	}
	all, _ := s.Group("all")
	kept, met := map[string]int{}, map[string]int{}
	for _, x := range measure.Selections(s.Study) {
		kept[x.Arm] += x.Kept
		met[x.Arm] += x.Pairs
	}
	for _, q := range quality {
		t.Columns = append(t.Columns, number("all", q.name))
	}
	taxed := len(s.TaxTasks()) > 0
	if taxed {
		t.Columns = append(t.Columns, difference("all", "accuracy"), difference("all", "bits per byte"))
		t.Note += fmt.Sprintf(" accuracy and bits per byte: paired differences to %s.", base(s))
	}
	for _, a := range s.Trained() {
		if len(a.Changed)+len(a.Without) > 0 {
			changing++
		}
		cells := []table.Cell{table.Text(a.Name), table.Text(changes(a)), table.Count(kept[a.Name]), table.Count(met[a.Name])}
		for _, g := range groups {
			cells = append(append(cells, rate(s.WinRate(a.Name, g))), winsMinus(s, a, g)...)
		}
		cells = append(cells, quality.cells(a.Name, all)...)
		if taxed {
			cells = append(cells, taxCell(s, outcome.Accuracy(), "", a, all), taxCell(s, outcome.BitsPerByte(), "", a, all))
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	if changing < 2 {
		t.Rows = nil
		return t
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Not corrected for the number of arms.")
	}
	t.Footnotes = append(t.Footnotes, unreferenced(s)...)
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	return t
}
