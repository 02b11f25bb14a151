package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const gridded = good + `[grid]
rows = { key = "judge.noise", values = [0.0, 0.5] }
columns = { key = "base.shared_share", values = [0.1, 0.5, 0.9] }
[base]
steps = 3
`

// Every cell is the experiment with its two values, from the line that gives them, and reads back by itself.
func TestGrid(t *testing.T) {
	e, err := load(gridded, "train.epochs=4")
	if err != nil {
		t.Fatal(err)
	}
	e.LimitTo(2)
	var got []string
	for _, c := range e.Grid.Cells {
		x := c.Experiment
		got = append(got, fmt.Sprintf("%d %d %s %g %g", c.Row, c.Column, c.Name, x.Judge.Noise, x.Base.SharedShare))
		if x.Grid != nil || x.Train.Epochs != 4 || x.Limit != 2 || !slices.Equal(x.Partial, []string{"--set train.epochs=4", "--limit 2"}) {
			t.Errorf("%s: %d epochs, limit %d, partial %q", c.Name, x.Train.Epochs, x.Limit, x.Partial)
		}
		if x.Name != "x-"+c.Name || !strings.HasPrefix(x.Title, "(judge.noise = ") || x.From("judge.noise") != "x.toml:39" || x.From("base.shared_share") != "x.toml:40" {
			t.Errorf("%s: name %q, title %q, noise from %s", c.Name, x.Name, x.Title, x.From("judge.noise"))
		}
		again, err := load(string(x.Resolved()))
		if err != nil || again.Name != x.Name || again.Judge != x.Judge || again.Base != x.Base {
			t.Errorf("%s, resolved: %v", c.Name, err)
		}
	}
	want := []string{
		"0 0 noise-0-shared_share-0.1 0 0.1", "0 1 noise-0-shared_share-0.5 0 0.5", "0 2 noise-0-shared_share-0.9 0 0.9",
		"1 0 noise-0.5-shared_share-0.1 0.5 0.1", "1 1 noise-0.5-shared_share-0.5 0.5 0.5", "1 2 noise-0.5-shared_share-0.9 0.5 0.9",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"0.1", "0.5", "0.9"}, e.Grid.Columns.Words()); d != "" {
		t.Error(d)
	}
	fewer, err := load(gridded, "grid.columns.values=[0.5]")
	if err != nil || len(fewer.Grid.Cells) != 2 {
		t.Errorf("with one column: %v", err)
	}
}

func TestGridErrors(t *testing.T) {
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(gridded) }
	for name, c := range map[string]struct {
		source string
		sets   []string
		want   string
	}{
		"no table":           {"grid = 3\n" + good, nil, "x.toml:1: grid: is a table: write [grid] with rows and columns"},
		"unknown part":       {replace("columns =", "column ="), nil, "x.toml:38: grid.columns: want a key and its values, as in { key = \"judge.noise\", values = [0.0, 0.3] }\nx.toml:40: grid.column: no such key; did you mean \"columns\"? (congrad defaults lists all)"},
		"unknown key":        {replace("judge.noise", "judge.nose"), nil, `x.toml:39: grid.rows.key: "judge.nose": no such key; did you mean "judge.noise"? (congrad defaults lists all)`},
		"no key":             {replace(`key = "judge.noise", `, ""), nil, `x.toml:39: grid.rows.key: want a key of the experiment, such as "judge.noise"`},
		"an arm":             {replace("judge.noise", "arms.loss.beta"), nil, `x.toml:39: grid.rows.key: "arms.loss.beta": a grid cannot vary a key of one arm; give a key that all arms share`},
		"another arm":        {replace("judge.noise", "arms[0].loss.beta"), nil, `x.toml:39: grid.rows.key: "arms[0].loss.beta": a grid cannot vary a key of one arm; give a key that all arms share`},
		"no axis":            {replace("judge.noise", "model"), nil, `x.toml:39: grid.rows.key: "model" cannot be an axis: all cells share one model`},
		"another opponent":   {replace("judge.noise", "evaluate.opponent"), nil, `x.toml:39: grid.rows.key: "evaluate.opponent" cannot be an axis: all cells share the opponent, or their win rates could not be compared`},
		"another's answers":  {replace("judge.noise", "evaluate.answers.id"), nil, `x.toml:39: grid.rows.key: "evaluate.answers.id" cannot be an axis: all cells share the opponent, or their win rates could not be compared`},
		"one key twice":      {replace("judge.noise", "base.shared_share"), nil, `x.toml:40: grid.columns: "base.shared_share" is also the key of the rows; a grid varies two different keys`},
		"empty":              {replace("[0.0, 0.5]", "[]"), nil, "x.toml:39: grid.rows.values: want a list of at least one value"},
		"no list":            {replace("[0.0, 0.5]", "0.5"), nil, "x.toml:39: grid.rows.values: want a list of at least one value"},
		"twice":              {replace("[0.0, 0.5]", "[0.0, 0.5, 0]"), nil, "x.toml:39: grid.rows.values: the 3rd entry, 0, is a duplicate"},
		"a list in the list": {replace("[0.0, 0.5]", "[[1], 2]"), nil, "x.toml:39: grid.rows.values: the 1st entry is a list: want numbers, strings, or true and false"},
		"unknown word":       {replace("values = [0.0", "value = [0.0"), nil, "x.toml:39: grid.rows.value: no such key; did you mean \"values\"? (congrad defaults lists all)\nx.toml:39: grid.rows.values: want a list of at least one value"},
		"out of range":       {replace("[0.0, 0.5]", "[0.0, 1.5]"), nil, "x.toml:39: judge.noise: 1.5 is out of range: want 0 to 1 (share of the scores that are replaced by random scores in the judge's range)"},
		"of a wrong type":    {replace("[0.0, 0.5]", `["little", 0.5]`), nil, `x.toml:39: judge.noise: want a number, got the string "little"`},
		"given too":          {replace("[base]", "[judge]\nnoise = 0.1\n[base]"), nil, "x.toml:42: judge.noise: is an axis of the grid (x.toml:39), which sets its values; remove it here"},
		"set too":            {gridded, []string{"judge.noise=0.1"}, "--set: judge.noise: is an axis of the grid (x.toml:39), which sets its values; remove it here"},
		"without training":   {replace("[base]\nsteps = 3\n", ""), nil, "x.toml:40: base.shared_share: needs further training on the new mixture, but base.steps is 0; set base.steps too"},
		"of the same name":   {replace(`"judge.noise", values = [0.0, 0.5]`, `"generate.top_p", values = ["a b", "a_b"]`, "[0.1, 0.5, 0.9]", "[0.1]"), nil, "x.toml: grid: two cells would be called top_p-a_b-shared_share-0.1\nx.toml:39: generate.top_p: want a number, got the string \"a b\"\nx.toml:39: generate.top_p: want a number, got the string \"a_b\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(c.source, c.sets...)
			if err == nil {
				t.Fatalf("no error, want %s", c.want)
			}
			if d := cmp.Diff(c.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}

// Whatever a grid is, there is an error, or every cell is an experiment with a name that fits a file system.
func FuzzGrid(f *testing.F) {
	f.Add("judge.noise", "[0.0, 0.5]", "keep.share", "[0.1, 0.3]")
	f.Add("train.epochs", "[1, \"x\"]", "arms.congrad.keep.share", "[]")
	f.Add("congrad.aggregator", "[\"mean\", \"pcgrad\"]", "judge.noise", "[{}]")
	f.Fuzz(func(t *testing.T, row, rows, column, columns string) {
		source := fmt.Sprintf("%s\n[grid]\nrows = { key = %q, values = %s }\ncolumns = { key = %q, values = %s }\n", good, row, rows, column, columns)
		if strings.ContainsAny(rows+columns, "\n,[") && len(rows)+len(columns) > 60 {
			return // a cell takes a millisecond
		}
		e, err := load(source)
		if err != nil || e.Grid == nil {
			return
		}
		for _, c := range e.Grid.Cells {
			if c.Experiment == nil || c.Name == "" || len(c.Name) > longestName {
				t.Fatalf("%s: the cell %+v", source, c)
			}
		}
	})
}

// Whatever is set on the command line, there is an error that says so, or an experiment.
func FuzzSet(f *testing.F) {
	for _, set := range []string{"train.epochs=4", `arms.congrad.keep.share=0.1`, `arms."congrad".loss={beta=1}`, "languages.seen=en,de", "arms=[]", "arms..x=1", `arms."=1`, "a.b.c=1", "=", "seeds=[1\n", "x.y"} {
		f.Add(set)
	}
	f.Fuzz(func(t *testing.T, set string) {
		if _, err := load(good, set); err != nil && !strings.Contains(err.Error(), "--set") && !strings.Contains(err.Error(), "x.toml") {
			t.Fatalf("%q: %v", set, err)
		}
	})
}
