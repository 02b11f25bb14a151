package results

import (
	"congrad/eval/stats"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// fidelityTable says how well compressed gradients agree with exact ones, and their size.
func fidelityTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "fidelity",
		Title: "Compressed and exact gradients compared",
		Note: "Scores (alignments with the consensus) from sketches and from exact gradients of the same n pairs. rank correlation: within a seed, then the mean " +
			"over seeds [95 % interval: over seeds; with one seed, over pairs]. kept alike: of the pairs kept by exact scores, the share that the sketch keeps too " +
			"(both choose among these pairs). bytes per sketch: for one language or one pair, in float32; of the model: as a share of its parameters.",
		Columns: []table.Column{
			text("", "arm"), text("", "sketch"), number("", "rank"), number("", "iteration"), number("", "n"), number("", "seeds"),
			interval("rank correlation", "mean"), number("rank correlation", "lowest"), interval("", "kept alike"),
			number("bytes", "per sketch"), number("bytes", "of the model"), number("MB", "all pairs"),
		},
		Footnotes: []string{"MB all pairs: the sketches of all pairs in the largest round. Exact gradients are never all in memory at the same time."},
	}
	var last measure.Faith
	for _, f := range measure.Fidelity(s.Study) {
		if f.Arm.Sketch != nil && f.Arm.Sketch.Kind == "exact" { // compared with itself: there is nothing to estimate
			for _, e := range []*stats.Estimate{&f.Rank, &f.Kept} {
				e.Clusters, e.Seeds = 1, 1
			}
		}
		first := f.Arm.Name != last.Arm.Name
		rank, size, together := table.None(1), table.None(1), table.None(1)
		if f.Numbers > 0 {
			size = table.Count(f.Bytes())
		}
		if f.Arm.Sketch != nil && f.Arm.Sketch.Rank > 0 {
			rank = table.Count(f.Arm.Sketch.Rank)
			together = table.Number(float64(f.MostPairs*f.Bytes())/1e6, 1)
		}
		family := records.Family(f.Arm)
		share, known := measure.OfModel(s.Study, f)
		t.Rows = append(t.Rows, table.Row{Break: family != records.Family(last.Arm), Cells: []table.Cell{
			once(f.Arm.Name, first), once(family, first), rank, table.Count(f.Iteration), table.Count(f.Pairs), table.Count(f.Seeds),
			table.Interval(f.Rank, 3, -1, 1), table.Share(f.Lowest, f.Seeds > 0), rate(f.Kept), size, percentage(share, known), together,
		}})
		last = f
	}
	return t
}

// percentage is a share for which small values matter.
func percentage(share float64, known bool) table.Cell {
	if !known {
		return table.None(1)
	}
	c := table.Number(share, 4)
	c.Text = table.Fixed(100*share, 2) + " %"
	return c
}
