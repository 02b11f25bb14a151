package results

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// smallGrid is two by two cells of made-up records; effects sets how far the filter's wins are moved in each, the last cell
// has no records.
func smallGrid() (record.Grid, []*record.Set) {
	g := record.Grid{
		Name: "grid", Rows: record.Axis{Key: "base.shared_share", Values: []string{"0.1", "0.9"}}, Columns: record.Axis{Key: "judge.noise", Values: []string{"0", "0.5"}},
	}
	sets := make([]*record.Set, 4)
	for i := range 4 {
		g.Cells = append(g.Cells, record.Cell{Row: i / 2, Column: i % 2, Folder: fmt.Sprint("cell-", i)})
		if i == 3 {
			continue
		}
		sets[i] = synthetic.Set(synthetic.Small())
		for k := range sets[i].Pairing {
			sets[i].Pairing[k].Shared, sets[i].Pairing[k].Parochial = 3*(i+1), 2
		}
		for k := range sets[i].Evaluations { // in the second cell the filter loses everything, in the third it wins everything
			if e := &sets[i].Evaluations[k]; e.Arm == "congrad" && i > 0 {
				e.Win = float64(i - 1)
			}
		}
	}
	return g, sets
}

func gridFiles(t *testing.T, g record.Grid, sets []*record.Set) map[string][]byte {
	t.Helper()
	files, err := renderGrid(g, sets, false)
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string][]byte{}
	for _, f := range files {
		byPath[f.Path] = f.Data
	}
	return byPath
}

// What the table of a grid says of a cell is the plain difference of means of that cell's records.
func TestGridShowsTheCells(t *testing.T) {
	g, sets := smallGrid()
	files := gridFiles(t, g, sets)
	found := map[string]bool{}
	for _, row := range rows(t, files["tables/grid.csv"]) {
		at := row["languages"] + " " + row["base.shared_share"] + " " + row["judge.noise"]
		found[at] = true
		i := 0
		for k, c := range g.Cells {
			if g.Rows.Values[c.Row] == row["base.shared_share"] && g.Columns.Values[c.Column] == row["judge.noise"] {
				i = k
			}
		}
		if sets[i] == nil {
			if row["minus joint"] != "" || row["n"] != "0" {
				t.Errorf("%s has no records, and the table says %v", at, row)
			}
			continue
		}
		sum, n := map[string]float64{}, map[string]float64{}
		seen := map[string]bool{}
		for _, l := range sets[i].Study.Languages {
			seen[l.Code] = l.Seen
		}
		for _, e := range sets[i].Evaluations {
			if seen[e.Lang] == (row["languages"] == "seen") {
				sum[e.Arm] += e.Win
				n[e.Arm]++
			}
		}
		for _, arm := range []string{"joint", "random"} {
			want := sum["congrad"]/n["congrad"] - sum[arm]/n[arm]
			if got, err := strconv.ParseFloat(row["minus "+arm], 64); err != nil || math.Abs(got-want) > 1e-8 {
				t.Errorf("%s, minus %s: %s, the records give %g", at, arm, row["minus "+arm], want)
			}
		}
		if mark := row["minus joint mark"]; i > 0 && mark != "*" {
			t.Errorf("%s: the mark of a difference beyond doubt is %q", at, mark)
		}
	}
	if len(found) != 8 {
		t.Errorf("the table has the cells %v", found)
	}
}

// The observables are those of the records: counted defects, signs of scores, cosines of Gram matrices.
func TestGridShowsWhatIsObserved(t *testing.T) {
	g, sets := smallGrid()
	for k, row := range rows(t, gridFiles(t, g, sets)["tables/observed.csv"]) {
		if sets[k] == nil {
			if row["negative"] != "" || row["cosine"] != "" {
				t.Errorf("a cell without records shows %v", row)
			}
			continue
		}
		negative, scored := 0, 0
		for _, p := range sets[k].Pairs {
			if p.Arm == "congrad" && p.Iteration == 1 {
				scored++
				if p.Score < 0 {
					negative++
				}
			}
		}
		cosine, n := 0.0, 0.0
		for _, c := range sets[k].Consensus {
			if c.Arm != "congrad" || c.Iteration != 1 {
				continue
			}
			for i := range c.MeanGram {
				for j := range i {
					cosine += c.MeanGram[i][j] / math.Sqrt(c.MeanGram[i][i]*c.MeanGram[j][j])
					n++
				}
			}
		}
		for name, want := range map[string]float64{
			"shared defects share": float64(3*(k+1)) / float64(3*(k+1)+2), "pairs scored": float64(scored), "negative": float64(negative) / float64(scored), "cosine": cosine / n,
		} {
			if got, err := strconv.ParseFloat(row[name], 64); err != nil || math.Abs(got-want) > 1e-8 {
				t.Errorf("cell %d, %s: %q, the records give %g (%v)", k, name, row[name], want, row)
			}
		}
	}
}

func TestGridFigure(t *testing.T) {
	g, sets := smallGrid()
	svg := string(gridFiles(t, g, sets)["figures/heat-map.svg"])
	for _, want := range []string{"congrad − joint, seen languages", "congrad − random, unseen languages", "base.shared_share", "judge.noise", "+0.", " *<", " ~<", ">-<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the figure has no %q", want)
		}
	}
	files, err := RenderGrid(g, sets)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".png") {
			if c, err := png.DecodeConfig(bytes.NewReader(f.Data)); err != nil || c.Width != 1890 {
				t.Errorf("%s: %d dots wide, %v", f.Path, c.Width, err)
			}
		}
	}
}

// Whatever is missing, there are tables, no panic and no NaN; what is partial says so; broken records are refused by cell.
func TestGridsOfMissingRecords(t *testing.T) {
	g, sets := smallGrid()
	one := synthetic.Set(synthetic.Size{Seeds: 1, Languages: 1, Arms: 3, Iterations: 1, Prompts: 1, Pairs: 1, Answers: 1, Items: 1, Steps: 1})
	g.Partial = "--limit 8"
	for name, cells := range map[string][]*record.Set{
		"all but one": sets, "none": {nil, nil, nil, nil}, "nothing": {{}, {}, nil, nil}, "one": {one, one, one, one},
		"joint only": {synthetic.Set(synthetic.Size{Seeds: 3, Languages: 6, Arms: 2, Iterations: 1, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3}), nil, nil, nil},
	} {
		files := gridFiles(t, g, cells)
		for path, data := range files {
			for _, bad := range []string{"NaN", "Inf", "%!"} {
				if bytes.Contains(data, []byte(bad)) {
					t.Errorf("%s: %s holds %q", name, path, bad)
				}
			}
		}
		if !bytes.Contains(files["tables/grid.txt"], []byte("PARTIAL: --limit 8")) {
			t.Errorf("%s: the table does not say that it is partial", name)
		}
	}
	sets[1].Evaluations[3].Win = math.NaN()
	if _, err := renderGrid(g, sets, false); err == nil || !strings.Contains(err.Error(), "cell-1: evaluation: seed 1") {
		t.Errorf("got %v, want an error with coordinates", err)
	}
	if _, err := outcome.NewGrid(g, sets[:1]); err == nil {
		t.Error("a grid took the records of too few cells")
	}
}
