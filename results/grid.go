package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/figure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// RenderGrid makes the files of a grid from the records of its cells, nil for a cell that has none: tables/*.{txt,md,csv,tex}
// and figures/*.{svg,png}, sorted by path.
func RenderGrid(g record.Grid, cells []*record.Set) ([]File, error) {
	return renderGrid(g, cells, true)
}

func renderGrid(g record.Grid, cells []*record.Set, pictures bool) ([]File, error) {
	grid, err := outcome.NewGrid(g, cells)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	var files []File
	var faults []error
	for _, t := range []table.Table{gridTable(grid), observedTable(grid)} {
		t.Partial = g.Partial
		made, err := written(t)
		files, faults = append(files, made...), append(faults, err)
	}
	if f := figure.HeatMap(grid); !f.Empty() {
		made, err := drawn(f, pictures)
		files, faults = append(files, made...), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// gridTable says in every cell how much better the filter does than each other arm.
func gridTable(g *outcome.Grid) table.Table {
	filter, references := g.Filter(), g.References()
	t := table.Table{Name: "grid", Columns: []table.Column{text("", "languages"), text("", g.Rows.Key), text("", g.Columns.Key), number("", "n")}}
	if filter == nil {
		t.Title = "No cell has records of an arm that selects pairs"
		return t
	}
	t.Title = "When does " + filter.Name + " help?"
	t.Note = fmt.Sprintf("Win rate of %s minus that of another arm on the same prompts and seeds (%s), mean [95 %% interval], in every cell of %s and %s.",
		filter.Name, table.Counted(len(g.First().Seeds), "seed"), g.Rows.Key, g.Columns.Key) + g.First().JudgedBy()
	for _, a := range references {
		t.Columns = append(t.Columns, difference("", "minus "+a.Name))
	}
	intervals, most := 0, 0.0
	for _, group := range []string{"seen", "unseen"} {
		var contrasts [][]outcome.CellContrast
		for _, a := range references {
			contrasts = append(contrasts, g.Contrasts(a.Name, group))
		}
		for k, cell := range g.Cells {
			n := 0
			var cells []table.Cell
			for _, c := range contrasts {
				n = max(n, c[k].Estimate.N)
				cells = append(cells, cellContrast(c[k]))
				if c[k].Estimate.Bounded() && c[k].Estimate.N > 0 {
					intervals++
					most = max(most, stats.MinimumDetectable(c[k].Estimate, 0.8))
				}
			}
			t.Rows = append(t.Rows, table.Row{Break: k == 0 || cell.Column == 0 && len(g.Columns.Values) > 1, Cells: append([]table.Cell{
				once(group, k == 0), once(g.Rows.Values[cell.Row], cell.Column == 0), table.Text(g.Columns.Values[cell.Column]), table.Count(n),
			}, cells...)})
		}
	}
	if intervals > 0 {
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("~ marks differences that are not significant (the 95 %% interval contains zero). If no true difference existed, about %.0f of the %d intervals would still exclude zero; "+
			"* marks differences that are significant after Holm's correction over the cells of a column and group.", 0.05*float64(intervals), intervals))
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("Four in five studies like this one would detect a true difference of at least %s in a cell (largest over cells and columns).", table.Fixed(most, 3)))
	}
	if note := oneSeed(g.First()); note != "" {
		t.Footnotes = append(t.Footnotes, note)
	}
	return t
}

// cellContrast is told, with the mark "*" for differences that survive the correction over cells.
func cellContrast(c outcome.CellContrast) table.Cell {
	cell := told(c.Estimate)
	if c.Corrected {
		cell.Mark = "*"
		cell.Data = append(slices.Clone(cell.Data[:len(cell.Data)-1]), cell.Mark)
	}
	return cell
}

// observedTable says what each cell is like before anything is evaluated: what was asked for, as it was measured, and what a
// user can look up on data of their own.
func observedTable(g *outcome.Grid) table.Table {
	t := table.Table{
		Name:  "observed",
		Title: "Each cell before evaluation",
		Note: "First iteration, over all seeds. exact: share of the sampled answers that are equal to the reference answer. shared defects: recognised is the number of sampled answers with a recognised defect, share the part of them whose defect is shared. judge: share of pairs of one " +
			"exact and one inexact answer that the judge orders correctly. right: share of pairs that prefer the better answer. AUROC: probability that a right pair scores above " +
			"a wrong pair of the same seed and language. All these need reference answers. cosine: mean over pairs of languages of the cosine of their mean gradients; negative: share of pairs that score below " +
			"zero, against the consensus. These two need no reference answers.",
		Columns: []table.Column{
			text("", g.Rows.Key), text("", g.Columns.Key), number("", "exact"), number("shared defects", "recognised"), number("shared defects", "share"), interval("", "judge"),
			number("pairs", "scored"), number("right", "of all"), number("right", "of kept"), number("right", "of dropped"), number("", "AUROC"), number("", "cosine"), number("", "negative"),
		},
	}
	for k, cell := range g.Cells {
		o := g.Observed(k)
		x := o.Selection
		t.Rows = append(t.Rows, table.Row{Break: cell.Column == 0 && len(g.Columns.Values) > 1, Cells: []table.Cell{
			once(g.Rows.Values[cell.Row], cell.Column == 0), table.Text(g.Columns.Values[cell.Column]),
			table.Share(ratio(o.Exact, o.Answers), o.Answers > 0), table.Count(o.Shared + o.Parochial), table.Share(ratio(o.Shared, o.Shared+o.Parochial), o.Shared+o.Parochial > 0), rate(o.Judge),
			table.Count(o.Scored), table.Share(ratio(x.Right, x.Told), x.Told > 0), table.Share(ratio(x.RightKept, x.ToldKept), x.ToldKept > 0),
			table.Share(ratio(x.RightDropped, x.ToldDropped), x.ToldDropped > 0), table.Share(x.AUROC, x.AUROCKnown),
			table.Share(o.Cosine, o.CosineKnown), table.Share(ratio(o.NegativeScore, o.Scored), o.Scored > 0),
		}})
	}
	return t
}
