package results

import (
	"testing"

	"congrad/eval/stats"
	"congrad/results/table"
)

// Of two differences at p = 0.03 alone is significant, together neither: 2 x 0.03 > 0.05. What was not measured is no member.
func TestFamiliesAreCorrected(t *testing.T) {
	e := func(mean, p float64) stats.Estimate {
		return stats.Estimate{Mean: mean, Low: mean - 0.1, High: mean + 0.1, N: 9, Clusters: 9, Seeds: 1, P: p}
	}
	for _, c := range []struct {
		of   []stats.Estimate
		want string
	}{
		{[]stats.Estimate{e(0.2, 0.03)}, ">"},
		{[]stats.Estimate{e(-0.2, 0.03), {}}, "<"},
		{[]stats.Estimate{e(0.2, 0.03), e(0.2, 0.03)}, "~~"},
		{[]stats.Estimate{e(0.2, 0.02), e(-0.2, 0.04)}, "><"},
		{[]stats.Estimate{{Mean: 0.3, N: 1, Clusters: 1, Seeds: 1}}, "~"}, // without an interval
	} {
		var f family
		var x table.Table
		for _, estimate := range c.of {
			x.Rows = append(x.Rows, table.Row{Cells: f.cell(x, []table.Cell{table.Text("")}, estimate)})
		}
		f.mark(x)
		got := ""
		for _, r := range x.Rows {
			got += r.Cells[1].Mark
		}
		if got != c.want {
			t.Errorf("%+v are marked %q, want %q", c.of, got, c.want)
		}
	}
}
