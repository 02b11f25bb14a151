package results

import (
	"fmt"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// publishedTable sets numbers from elsewhere next to the study's own; it is empty where none were typed in.
func publishedTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "published",
		Title: "Numbers from elsewhere compared with those of this study",
		Note: "ours: measured here, mean [95 % interval]. published: entered in the experiment file, with its source, by whoever ran it; neither measured nor checked here. " +
			"ours minus published: difference of the means. inside: whether our interval contains the published number. The two numbers are comparable only if prompts, opponent, judge, " +
			"model and data are the same. A number inside our interval is not thereby reproduced: a wide interval contains many numbers." + s.JudgedBy(),
		Columns: []table.Column{
			text("", "languages"), text("", "arm"), text("", "measure"), interval("", "ours"), number("", "n"),
			{Name: "published", Number: true, Fields: table.IntervalFields()},
			number("", "ours minus published"), text("", "inside"), text("", "source"),
		},
	}
	for _, c := range s.Quotes() {
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
			table.Text(c.Languages), table.Text(c.Arm), table.Text(what), own, counted(c.Own), quoted(c.Published), difference, inside, table.Text(c.Source),
		}})
	}
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	return t
}

// quoted is the cell of a published number, with its interval where the source gives one.
func quoted(p record.Published) table.Cell {
	c := table.Number(p.Value, 3)
	c.Data = append(c.Data, "", "")
	if p.Low != nil {
		c.Text += fmt.Sprintf(" [%s, %s]", table.Fixed(*p.Low, 3), table.Fixed(*p.High, 3))
		c.Data = []string{c.Data[0], table.Number(*p.Low, 3).Data[0], table.Number(*p.High, 3).Data[0]}
	}
	return c
}
