package run

import (
	"testing"

	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/lang"
	"congrad/harness/record"

	"github.com/google/go-cmp/cmp"
)

// The two shipped sweeps: random arms go along with those that they match; a threshold, an exact sketch and joint stand alone.
func TestSweeps(t *testing.T) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	known := config.World{
		Languages: languages, Tasks: []string{"tiny-facts", "tiny-text"}, Model: func(string) error { return nil },
		Measured: func(string, string, []string) error { return nil },
	}
	shares := []float64{0.1, 0.25, 0.5, 0.75, 0.9}
	for name, want := range map[string][]record.Sweep{
		"ablation-keep": {
			{Key: "keep.share", Arms: []string{"congrad-10", "congrad-25", "congrad-50", "congrad-75", "congrad-90"}, Values: shares},
			{Key: "keep.share", Arms: []string{"random-10", "random-25", "random-50", "random-75", "random-90"}, Values: shares},
		},
		"ablation-rank": {
			{Key: "congrad.sketch_rank", Arms: []string{"flora-1", "flora-4", "flora-16", "flora-64"}, Values: []float64{1, 4, 16, 64}},
			{Key: "congrad.sketch_rank", Arms: []string{"logra-4", "logra-16", "logra-64"}, Values: []float64{4, 16, 64}},
		},
		"tiny":            nil,
		"ablation-online": nil,
	} {
		source, err := experiments.Files.ReadFile(name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		e, err := config.Load(name+".toml", source, nil, known)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, sweeps(e)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What compares Adam's updates is exact, whatever rank stands in its table: such arms are no sweep of it.
func TestExactArmsSweepNoRank(t *testing.T) {
	for selector, want := range map[string]int{"validation": 1, "validation_adam": 0} {
		x := &config.Experiment{}
		for i, rank := range []int{4, 16} {
			x.Arms = append(x.Arms, config.Arm{
				Name: string(rune('a' + i)), Select: selector, Policy: "shared", Train: config.Train{Epochs: 1, Aggregator: "none"},
				ConGrad: config.ConGrad{Sketch: "flora", SketchRank: rank, Layers: "projections", Projection: "gaussian"}, Keep: config.Keep{Share: 0.5},
			})
		}
		if got := sweeps(x); len(got) != want {
			t.Errorf("%s: %+v", selector, got)
		}
	}
}
