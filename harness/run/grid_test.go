package run

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/model"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// gridded is small over two mixtures and two amounts of noise.
const gridded = small + `
[base]
steps = 2
[judge]
kind = "reference"
[grid]
rows = { key = "base.shared_share", values = [0.0, 1.0] }
columns = { key = "judge.noise", values = [0.0, 0.5] }
`

// plans are those of a grid's cells.
func (l *lab) plans(t *testing.T, source string, sets ...string) []*Plan {
	t.Helper()
	var plans []*Plan
	for _, c := range l.planOf(t, source, sets...).Experiment.Grid.Cells {
		plan, err := NewPlan(c.Experiment, l.bench, l.tasks)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	return plans
}

// Cells of one mixture share the base model, what it says, and how it does; those of another share nothing but the model that
// was shipped. Noise begins where answers are judged.
func TestCellsShareWhatTheyCan(t *testing.T) {
	l := newLab(t)
	plans := l.plans(t, gridded)
	shared := func(i, j int) string {
		kinds := map[string]bool{}
		for _, s := range plans[i].Stages {
			if slices.ContainsFunc(plans[j].Stages, func(o *stage.Stage) bool { return o.Key == s.Key }) {
				kinds[s.Kind] = true
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(kinds)), " ")
	}
	for _, c := range []struct {
		i, j int
		want string
	}{
		{0, 1, "answer base choices further generate passages"}, {2, 3, "answer base choices further generate passages"}, {0, 2, "base"}, {1, 3, "base"}, {0, 3, "base"},
	} {
		if got := shared(c.i, c.j); got != c.want {
			t.Errorf("cells %d and %d share %q, want %q", c.i, c.j, got, c.want)
		}
	}
	all := Union(plans)
	at := map[stage.Ref]int{}
	for i, s := range all {
		if _, twice := at[s.Key]; twice {
			t.Errorf("%s is in the union twice", s.Label)
		}
		at[s.Key] = i
		for _, in := range s.Inputs {
			if before, there := at[in]; !there || before >= i {
				t.Errorf("%s comes before its input %s", s.Label, in)
			}
		}
	}
	if each := len(plans[0].Stages); len(all) >= 4*each-10 || len(all) <= each {
		t.Errorf("%d stages in all, %d in a cell", len(all), each)
	}
}

// The mixture that is not asked for is the world's own, asked for or not; with no steps there is none to ask for.
func TestTheWorldsOwnMixture(t *testing.T) {
	l := newLab(t)
	key := func(sets ...string) stage.Ref { return l.plan(t, sets...).Stages[1].Key }
	own := fmt.Sprint("base.shared_share=", l.bench.World.Settings().SharedShare)
	if key("base.steps=2") != key("base.steps=2", own) {
		t.Error("the world's own mixture is another when it is asked for")
	}
	if key() != key("base.steps=0") || key() == key("base.steps=2") {
		t.Error("steps make no difference, or none of them do")
	}
}

// A cell's records count the defects of what the model said; the model has learnt the mixture, and so every policy starts
// from another one. A stopped training goes on to the same model.
func TestTrainingFurther(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	l.bench.Recipe.Train.Batch, l.bench.Recipe.Train.Tokens = 2, 256
	p := l.plan(t, "base.steps=3", "base.shared_share=1.0", "generate.max_tokens=8", "judge.kind=reference", "judge.noise=1.0")
	whole := &follower{}
	want, err := l.run(t, context.Background(), p, t.TempDir(), whole)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(whole.kinds, "further") + 3 // behind its second step
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	if _, err := l.run(t, ctx, p, dir, &follower{at: at, cancel: cancel}); err == nil {
		t.Error("the run was not stopped")
	}
	if got, err := l.run(t, context.Background(), p, dir, &follower{}); err != nil || !equal(got, want) {
		t.Errorf("a training that was stopped goes on to other records, error %v", err)
	}
	set := load(t, want)
	if f := set.Study.Model.Further; f == nil || f.Steps != 3 || f.Batch != 2 || f.SharedShare != 1 {
		t.Errorf("the records do not tell of the training: %+v", f)
	}
	if j := set.Study.Judge; j.Kind != "reference" || j.Noise != 1 {
		t.Errorf("the judge is %+v", j)
	}
	untouched, err := l.run(t, context.Background(), l.plan(t, "generate.max_tokens=8", "judge.kind=reference", "judge.noise=1.0"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	if string(untouched["answers.jsonl"]) == string(want["answers.jsonl"]) {
		t.Error("training further changed no answer")
	}
	if strings.Contains(string(untouched["pairing.jsonl"]), "parochial") {
		t.Error("defects are counted though no mixture was asked for")
	}
	for _, a := range set.Answers {
		if !a.Parsed || a.Score < 0 || a.Score > 1 || a.Score == a.Known {
			t.Errorf("under noise alone, an answer worth %g scores %g", a.Known, a.Score)
		}
	}
}

// Training the base model further may be the first stage that needs its weights, which are read when they are first asked for.
func TestTrainingFurtherReadsTheModel(t *testing.T) {
	l := newLab(t)
	l.pretrained(t)
	dir, err := fs.Sub(experiments.Files, "tiny/base-1")
	if err != nil {
		t.Fatal(err)
	}
	if l.bench.Base, err = model.Look(dir); err != nil {
		t.Fatal(err)
	}
	l.bench.Recipe.Train.Batch, l.bench.Recipe.Train.Tokens = 1, 128
	p := l.plan(t, "base.steps=1")
	p.Stages = p.Stages[:2] // the model, and its training
	if err := execute(context.Background(), p, open(t, t.TempDir()), l.fresh(), &follower{}); err != nil {
		t.Error(err)
	}
}

// A grid's folder says what its cells are; one that holds another grid's tables is not that of this grid.
func TestPrepareGrid(t *testing.T) {
	l := newLab(t)
	folder := Folder(t.TempDir())
	prepare := func(sets ...string) *record.Grid {
		t.Helper()
		e := l.planOf(t, gridded, sets...).Experiment
		g := record.Grid{Rows: record.Axis{Key: e.Grid.Rows.Key, Values: e.Grid.Rows.Words()}, Columns: record.Axis{Key: e.Grid.Columns.Key, Values: e.Grid.Columns.Words()}}
		for _, c := range e.Grid.Cells {
			g.Cells = append(g.Cells, record.Cell{Row: c.Row, Column: c.Column, Folder: c.Name})
		}
		plans := l.plans(t, gridded, sets...)
		place, err := PlaceOf(folder, GridIdentity(e, plans))
		if err != nil {
			t.Fatal(err)
		}
		if place.Folder != folder {
			return nil
		}
		if err := writer(t, folder).PrepareGrid(e, plans, g); err != nil {
			t.Fatal(err)
		}
		there, err := record.LoadGrid(folder.Records())
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	if g := prepare(); len(g.Cells) != 4 || g.Cells[3].Folder != "shared_share-1-noise-0.5" {
		t.Errorf("%v", g)
	}
	if err := writer(t, folder).Write("tables/grid.txt", nil); err != nil {
		t.Fatal(err)
	}
	if planned, err := stage.ReadPlan(folder.path("plan.json")); err != nil || len(planned.Stages) != len(Union(l.plans(t, gridded))) || planned.Experiment != "" {
		t.Errorf("planned: %+v, error %v", planned, err)
	}
	table := func() bool { _, err := os.Stat(folder.path("tables")); return err == nil }
	if prepare(); !table() {
		t.Error("the same grid drops its own tables")
	}
	if g := prepare("evaluate.per_language=1"); g != nil || !table() {
		t.Error("another grid takes the folder")
	}
}
