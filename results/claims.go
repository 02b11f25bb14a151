package results

import (
	"fmt"
	"strings"

	"congrad/results/outcome"
	"congrad/results/report"
	"congrad/results/table"
)

// claimsTable answers the claims that were made before the run; it is empty if there were none.
func claimsTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "claims",
		Title: "The claims that were made before the run, and what it says about them",
		Note: "difference: of the first arm minus the second, mean [95 % interval], on the same items and seeds; decisions: share of pairs on which compressed gradients decide otherwise than exact ones. " +
			"effect: smallest difference of interest. The verdicts are given together: the chance that even one of them is wrong is at most 5 % (Holm's method; docs/reading-results.md has the rule and its simulated error rates).",
		Columns: []table.Column{
			text("", "claim"), text("", "measure"), text("", "languages"), text("", "arm"), text("", "minus"), difference("", "difference"), number("", "n"), text("", "expected"), text("", "verdict"), number("", "seeds"),
		},
	}
	doubted := false
	for _, c := range s.Claims() {
		doubted = doubted || c.Doubted
		digits := 3
		if c.Effect < 0.002 {
			digits = 4
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Text(c.Text), table.Text(c.Measured()), table.Text(c.Group), table.Text(c.Arm), table.Text(orMissing(c.Minus)),
			differenceOf(c, digits), counted(c.Estimate), table.Text(c.Expected()), table.Text(report.Verdict(c)), seedsOf(c),
		}})
	}
	if len(t.Rows) == 0 {
		return t
	}
	if doubted {
		t.Footnotes = append(t.Footnotes, "A claim about numbers that are no result is not settled; the first findings say why they are none.")
	}
	if note := oneSeed(s); note != "" {
		t.Footnotes = append(t.Footnotes, strings.TrimSuffix(note, ".")+", and so do the verdicts.")
	}
	return t
}

// differenceOf is the estimate, which without a second arm is a share.
func differenceOf(c outcome.Claim, digits int) table.Cell {
	if c.Minus != "" {
		return table.Difference(c.Estimate, digits, "")
	}
	cell := table.Interval(c.Estimate, digits, 0, 1)
	cell.Data = append(cell.Data, "")
	return cell
}

func orMissing(name string) string {
	if name == "" {
		return table.Missing
	}
	return name
}

// seedsOf is the number of training runs behind a verdict.
func seedsOf(c outcome.Claim) table.Cell {
	if c.Estimate.N == 0 {
		return table.None(1)
	}
	return table.Text(fmt.Sprint(c.Estimate.Seeds))
}
