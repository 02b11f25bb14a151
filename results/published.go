package results

import (
	"fmt"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// publishedTable sets numbers from elsewhere beside the study's own; it is empty where none were typed in.
func publishedTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "published",
		Title: "Numbers from elsewhere beside those of this study",
		Note: "ours: measured here, mean [95 % interval]. published: typed into the experiment's file by whoever ran it, as is its source; neither measured nor checked here. " +
			"ours minus published: of the means. inside: whether our interval holds the published number. Both numbers mean the same only where prompts, opponent, judge, " +
			"model and data do, and a number inside our interval was not shown to be reproduced: a wide interval holds many." + s.JudgedBy(),
		Columns: []table.Column{
			text("", "languages"), text("", "arm"), text("", "measure"), interval("", "ours"), number("", "n"),
			{Name: "published", Number: true, Fields: table.IntervalFields()},
			number("", "ours minus published"), text("", "inside"), text("", "source"),
		},
	}
	for _, c := range s.Claims() {
		what := c.Measure
		if c.Task != "" {
			what += " of " + c.Task
		}
		difference, inside := table.None(1), table.None(1)
		if c.Own.N > 0 {
			d := c.Own.Mean - c.Value
			difference = table.Number(d, 3)
			difference.Text = table.Signed(d, 3)
		}
		if in, known := c.Inside(); known {
			inside = table.Text(map[bool]string{true: "yes", false: "no"}[in])
		}
		own := table.Interval(c.Own, 3, 0, 1)
		if c.Measure == outcome.BitsPerByte().Name {
			own = table.Interval(c.Own, 3, 0, c.Own.High)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Text(c.Languages), table.Text(c.Arm), table.Text(what), own, counted(c.Own), claimed(c.Published), difference, inside, table.Text(c.Source),
		}})
	}
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	return t
}

// claimed is the cell of a published number, with its interval where the source gives one.
func claimed(p record.Published) table.Cell {
	c := table.Number(p.Value, 3)
	c.Data = append(c.Data, "", "")
	if p.Low != nil {
		c.Text += fmt.Sprintf(" [%s, %s]", table.Fixed(*p.Low, 3), table.Fixed(*p.High, 3))
		c.Data = []string{c.Data[0], table.Number(*p.Low, 3).Data[0], table.Number(*p.High, 3).Data[0]}
	}
	return c
}
