package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// made is a grid of rows by columns cells whose filter wins ever more, the last without records.
func made(t *testing.T, rows, columns int, size synthetic.Size) *outcome.Grid {
	t.Helper()
	g := record.Grid{Rows: record.Axis{Key: "base.shared_share"}, Columns: record.Axis{Key: "judge.noise"}}
	var sets []*record.Set
	for i := range rows {
		g.Rows.Values = append(g.Rows.Values, fmt.Sprintf("0.%d", i))
		for j := range columns {
			g.Cells = append(g.Cells, record.Cell{Row: i, Column: j})
			set := synthetic.Set(size)
			for k := range set.Evaluations {
				if e := &set.Evaluations[k]; e.Arm == "congrad" && k%(rows*columns) < i*columns+j {
					e.Win = 1
				}
			}
			sets = append(sets, set)
		}
	}
	for j := range columns {
		g.Columns.Values = append(g.Columns.Values, fmt.Sprintf("0.%d", j))
	}
	sets[len(sets)-1] = nil
	grid, err := outcome.NewGrid(g, sets)
	if err != nil {
		t.Fatal(err)
	}
	return grid
}

// Every panel shows every cell's difference, with its interval and mark; nothing is cut off.
func TestHeatMap(t *testing.T) {
	for _, size := range []struct{ rows, columns, arms int }{{3, 3, 4}, {1, 2, 3}, {4, 5, 7}} {
		g := made(t, size.rows, size.columns, synthetic.Size{Seeds: 2, Languages: 10, Arms: size.arms, Iterations: 1, Prompts: 12, Pairs: 6, Answers: 4, Items: 4, Steps: 4})
		f := HeatMap(g)
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		shown := texts(t, svg)
		for _, a := range g.References() {
			for _, group := range heatGroups {
				if title := fmt.Sprintf("congrad − %s, %s languages", a.Name, group); !slices.Contains(shown, title) {
					t.Errorf("no panel %q", title)
				}
				for i, c := range g.Contrasts(a.Name, group) {
					want := signed(c.Estimate.Mean) + heatMark(c)
					if c.Estimate.N == 0 {
						want = "-"
					}
					if !slices.Contains(shown, want) {
						t.Errorf("congrad − %s, %s, cell %d: no %q", a.Name, group, i, want)
					}
				}
			}
		}
		if !strings.Contains(f.Caption, "?") || !strings.HasSuffix(f.Caption, ".") || f.Width != Page {
			t.Errorf("%v wide, caption %q", f.Width, f.Caption)
		}
		data, err := f.PNG()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if edge := inked(picture); edge != "" {
			t.Errorf("%v: something reaches the %s edge", size, edge)
		}
	}
}

func TestHeatMapWithoutAFilterSaysSo(t *testing.T) {
	g := made(t, 1, 2, synthetic.Size{Seeds: 2, Languages: 3, Arms: 2, Iterations: 1, Prompts: 4, Pairs: 6, Answers: 4, Items: 4, Steps: 4})
	if f := HeatMap(g); !f.Empty() || !strings.HasPrefix(f.Caption, "No differences") {
		t.Errorf("%q", f.Caption)
	}
}
