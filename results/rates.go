package results

import (
	"strconv"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// ratesTable shows the learning rates that arms chose from, how well each did on development prompts, and how often it was taken. It has no rows
// without such an arm.
func ratesTable(s *outcome.Study) table.Table {
	t := table.Table{Name: "rates", Title: "Learning rates that were chosen from", Columns: []table.Column{
		text("", "arm"), number("", "iteration"), number("", "rate"), number("", "on development"), number("", "taken"), number("", "of"),
	}}
	t.Note = "on development: mean share of exact greedy answers to development prompts in the seen languages (of scores against the reference answers, where those decide win rates). " +
		"The rate with the highest is taken in each seed, the lower one of equals; evaluation prompts have no part in it. of: choices, one for each seed and model."
	for _, b := range measure.RatesOf(s.Study) {
		for i, x := range b.Tried {
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: []table.Cell{
				once(b.Arm, i == 0), table.Count(b.Iteration), table.Text(strconv.FormatFloat(x.Rate, 'g', -1, 64)), table.Number(x.Known, 3), table.Count(b.Taken[i]), table.Count(b.Choices),
			}})
		}
	}
	return t
}
