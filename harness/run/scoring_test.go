package run

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/model"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/results"
)

// A study that trains nothing scores and compares in every seed that it asks for, evaluates nothing, and is reported.
func TestStudyOfScoringAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	sets := []string{"train.epochs=0", "seeds=[1,2,3]", "iterations=2", "congrad.fidelity_seeds=2", "congrad.fidelity_pairs=1000"}
	p := l.plan(t, sets...)
	for _, s := range p.Stages {
		if slices.Contains([]string{"train", "answer", "choices", "passages"}, s.Kind) {
			t.Errorf("%s is planned", s.Label)
		}
	}
	files, err := l.run(t, context.Background(), p, t.TempDir(), &follower{})
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
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l, dir := newLab(t), t.TempDir()
	var all [][]float64
	for _, layers := range []string{model.AllProjections, model.Attention, model.MLP} {
		files, err := l.run(t, context.Background(), l.plan(t, "train.epochs=0", "congrad.fidelity_pairs=100", "congrad.sketch=logra",
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
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	for _, change := range []string{"congrad.sketch=flora", "congrad.sketch=logra", "congrad.sketch_numbers=50"} {
		p := l.plan(t, change, "train.epochs=0", "congrad.fidelity_pairs=0")
		st, b := open(t, t.TempDir()), l.fresh()
		if err := execute(t.Context(), p, st, b, &follower{}); err != nil {
			t.Fatal(err)
		}
		for _, r := range p.rounds {
			if r.arm.Name != "congrad" {
				continue
			}
			w, err := workOf(r.gradients)
			if err != nil {
				t.Fatal(err)
			}
			g := w.(filtering.Gradients)
			pairs, err := kind.Pairs(stage.Shelf{Store: st}, r.pairs.Key)
			if err != nil {
				t.Fatal(err)
			}
			numbers := sketch.Numbers(b.Config, g.Sketch)
			var want stage.Files
			for _, memory := range []int{1e9, 4 * 6 * 23} { // 23 numbers of each of 6 pairs
				b := l.fresh()
				b.SketchBytes = memory
				got, err := g.Do(t.Context(), &stage.Desk{Shelf: stage.Shelf{Store: st, Own: r.gradients.Key}, Line: followed{&follower{}, ""}}, b)
				if err != nil {
					t.Fatal(err)
				}
				passes := filtering.Passes(memory, len(pairs), numbers)
				if want == nil {
					want = got
				}
				if once := memory == 1e9; once != (b.Sketches.Find(r.gradients.Key) != nil) || once != (passes == 1) || !once && passes < numbers/23 {
					t.Errorf("%s: %d passes over %d numbers with %d bytes", change, passes, numbers, memory)
				}
				if len(got["round.json"]) == 0 || !equal(got, want) {
					t.Errorf("%s: with %d bytes scoring gives other numbers", change, memory)
				}
			}
		}
	}
}
