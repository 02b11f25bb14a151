package run

import (
	"context"
	"math"
	"testing"

	"congrad/harness/record"
)

// scoped is small with consensuses that are found part by part.
const scoped = small + `
[[arms]]
name = "blocks"
select = "congrad"
[arms.congrad]
scope = "block"
[[arms]]
name = "weights"
select = "congrad"
[arms.congrad]
scope = "weight"
aggregator = "gradvac"
[[arms]]
name = "last"
select = "congrad"
[arms.congrad]
layers = "last"
[[arms]]
name = "last-block"
select = "congrad"
[arms.congrad]
layers = "last"
scope = "block"
[[arms]]
name = "sum"
select = "congrad"
[arms.congrad]
aggregator = "sum"
normalise = "none"
[[arms]]
name = "sum-by-weight"
select = "congrad"
[arms.congrad]
aggregator = "sum"
normalise = "none"
scope = "weight"
[[arms]]
name = "surgery"
select = "all"
[arms.train]
aggregator = "pcgrad"
scope = "block"
`

// One part is the whole: a consensus in the only block, and a plain sum in whatever parts. Other consensuses differ, go on from round to
// round, and come out the same however the sketches are cut.
func TestScopes(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	records := func(sets ...string) *record.Set {
		files, err := l.run(t, context.Background(), l.planOf(t, scoped, append(sets, "iterations=2")...), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		return load(t, files)
	}
	set := records()
	scores := func(set *record.Set, arm string) (list []float64) {
		for _, p := range set.Pairs {
			if p.Arm == arm && p.Iteration == 1 {
				list = append(list, p.Score)
			}
		}
		if len(list) == 0 {
			t.Fatalf("%s scores no pair", arm)
		}
		return list
	}
	farthest := func(a, b []float64) (d float64) {
		for i := range a {
			d = max(d, math.Abs(a[i]-b[i]))
		}
		return d
	}
	for part, whole := range map[string]string{"blocks": "congrad", "last-block": "last", "sum-by-weight": "sum"} { // the model has one block
		if d := farthest(scores(set, part), scores(set, whole)); d > 1e-9 {
			t.Errorf("%s scores differ from those of %s by %g", part, whole, d)
		}
	}
	if d := farthest(scores(set, "weights"), scores(set, "congrad")); d < 1e-9 {
		t.Error("weight by weight scores as the whole model does")
	}
	cut := records("batch.sketch_mb=1")
	for _, arm := range []string{"blocks", "weights"} {
		if d := farthest(scores(cut, arm), scores(set, arm)); d != 0 {
			t.Errorf("%s: scores differ by %g where sketches come in stretches", arm, d)
		}
	}
	for _, a := range set.Study.Arms {
		if a.Name == "blocks" && a.Gradients.Scope != "block" || a.Name == "surgery" && a.Train.Scope != "block" || a.Name == "congrad" && a.Gradients.Scope != "" {
			t.Errorf("%s is recorded with %+v and %+v", a.Name, a.Gradients, a.Train)
		}
	}
}
