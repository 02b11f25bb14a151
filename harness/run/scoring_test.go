package run

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/sketch"
	"congrad/harness/store"
	"congrad/results"
)

// A study that trains nothing scores and compares in every seed that it asks for, evaluates nothing, and is reported.
func TestStudyOfScoringAlone(t *testing.T) {
	b := newBench(t)
	sets := []string{"train.epochs=0", "seeds=[1,2,3]", "iterations=2", "congrad.fidelity_seeds=2", "congrad.fidelity_pairs=1000"}
	p := b.plan(t, sets...)
	for _, s := range p.Stages {
		if slices.Contains([]string{"train", "answer", "task"}, s.Kind) {
			t.Errorf("%s is planned", s.Label)
		}
	}
	files, err := b.run(t, context.Background(), p, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	compared := map[uint64]int{}
	for _, f := range set.Fidelity {
		compared[f.Seed]++
		if f.Iteration != 1 {
			t.Errorf("compared in iteration %d", f.Iteration)
		}
	}
	if len(compared) != 2 || compared[1] == 0 || compared[2] == 0 {
		t.Errorf("compared pairs by seed: %v", compared)
	}
	if len(set.Steps)+len(set.Evaluations)+len(set.Choices)+len(set.Passages) != 0 {
		t.Error("something was trained or evaluated")
	}
	for _, a := range set.Study.Arms {
		if a.Trained {
			t.Errorf("%s counts as trained", a.Name)
		}
	}
	// where all pairs are compared, what the sketch keeps is what the arm kept
	kept := map[[2]any]bool{}
	for _, x := range set.Pairs {
		if x.Arm == "congrad" && x.Iteration == 1 {
			kept[[2]any{x.Seed, x.Prompt}] = x.Kept
		}
	}
	exactly := 0
	for _, f := range set.Fidelity {
		if f.SketchedKept != kept[[2]any{f.Seed, f.Prompt}] {
			t.Errorf("seed %d, %s: kept by the arm and by its sketch differ", f.Seed, f.Prompt)
		}
		if f.ExactKept {
			exactly++
		}
	}
	if exactly == 0 || exactly == len(set.Fidelity) {
		t.Errorf("exact scores keep %d of %d", exactly, len(set.Fidelity))
	}
	rendered, err := results.Render(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rendered {
		if f.Path == "tables/main.txt" {
			t.Error("there is a table of win rates")
		}
		if f.Path == "report.md" && !strings.Contains(string(f.Data), "Nothing is evaluated") {
			t.Error("the report does not say that nothing is evaluated")
		}
	}
}

// Matrices that lose nothing give the exact scores, whichever weights are compared; and these differ.
func TestLosslessSketchesScoreExactly(t *testing.T) {
	b, dir := newBench(t), t.TempDir()
	var all [][]float64
	for _, layers := range []string{model.AllProjections, model.Attention, model.MLP} {
		files, err := b.run(t, context.Background(), b.plan(t, "train.epochs=0", "congrad.fidelity_pairs=100", "congrad.sketch=logra",
			"congrad.sketch_rank=100", "congrad.projection=orthonormal", "congrad.layers="+layers), dir, &follower{})
		if err != nil {
			t.Fatal(err)
		}
		var scores []float64
		for _, f := range load(t, files).Fidelity {
			if math.Abs(f.Exact-f.Sketched) > 1e-5 {
				t.Errorf("%s: a pair scores %g, exactly %g", layers, f.Sketched, f.Exact)
			}
			scores = append(scores, f.Exact)
		}
		for _, other := range all {
			if len(scores) == 0 || math.Abs(scores[0]-other[0]) < 1e-6 {
				t.Errorf("%s: the scores %v are those of other weights", layers, scores)
			}
		}
		all = append(all, scores)
	}
}

// Sketches that do not fit into the memory given to them are made stretch by stretch, which changes nothing, not the last
// bit.
func TestScoringWithinMemory(t *testing.T) {
	b := newBench(t)
	for _, change := range []string{"congrad.sketch=flora", "congrad.sketch=logra", "congrad.sketch_numbers=50"} {
		p := b.plan(t, change, "train.epochs=0", "congrad.fidelity_pairs=0")
		st, err := store.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		env := b.env
		env.Store, env.Report = st, &follower{}
		if err := Execute(t.Context(), &env, p.Stages); err != nil {
			t.Fatal(err)
		}
		for _, r := range p.rounds {
			if r.arm.Name != "congrad" {
				continue
			}
			_, g, err := (&planner{experiment: p.Experiment, env: &env, plan: &Plan{}, byKey: map[string]*Stage{}}).gradients(p.Stages[0], &r, "")
			if err != nil {
				t.Fatal(err)
			}
			numbers := sketch.Numbers(b.env.Base.Config, g.Sketch)
			var want *sketch.Round
			for _, memory := range []int{1e9, 4 * 6 * 23} { // 23 numbers of each of 6 pairs
				g.Memory = memory
				env.sketches.key = ""
				got, err := env.scoringRound(t.Context(), r.gradients, p.Stages[0], r.pairs, r.reference, g)
				if err != nil {
					t.Fatal(err)
				}
				passes := g.passes(len(got.Pairs.Share), numbers)
				if want == nil {
					want = got
				}
				if once := memory == 1e9; once != (env.sketches.key != "") || once != (passes == 1) || !once && passes < numbers/23 {
					t.Errorf("%s: %d passes over %d numbers with %d bytes", change, passes, numbers, memory)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: with %d bytes scoring gives other numbers", change, memory)
				}
			}
		}
		st.Close()
	}
}
