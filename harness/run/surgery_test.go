package run

import (
	"context"
	"errors"
	"strings"
	"testing"

	"congrad/harness/kind/training"

	"github.com/google/go-cmp/cmp"
)

// surgical is small with an arm that combines gradients in its steps, under each of two ways of picking pairs.
const surgical = small + `
[[arms]]
name = "step"
select = "all"
[arms.train]
aggregator = "gradvac"
[[arms]]
name = "both"
select = "congrad"
[arms.train]
aggregator = "gradvac"
`

// An arm that combines gradients differs from joint training in its training alone, and there in the aggregator alone.
func TestSurgeryEntersTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	rounds := map[string]round{}
	for _, r := range l.planOf(t, surgical).rounds {
		rounds[r.arm.Name] = r
	}
	joint, step, both := rounds["joint"], rounds["step"], rounds["both"]
	if step.pairs != joint.pairs || step.reference != joint.reference || both.selection != rounds["congrad"].selection {
		t.Error("surgery changes what comes before training")
	}
	if step.train.Key == joint.train.Key || both.train.Key == rounds["congrad"].train.Key || both.train.Key == step.train.Key {
		t.Error("surgery does not change training")
	}
	decoded := func(r round) training.Train {
		w, err := workOf(r.train)
		if err != nil {
			t.Fatal(err)
		}
		return w.(training.Train)
	}
	plain, combined := decoded(joint), decoded(step)
	if plain.Train.Aggregator != "" || strings.Contains(string(joint.train.Settings), "ggregator") {
		t.Errorf("training without surgery depends on an aggregator: %s", joint.train.Settings)
	}
	if combined.Train.Aggregator != "gradvac" {
		t.Errorf("the aggregator is %q", combined.Train.Aggregator)
	}
	combined.Train.Aggregator = ""
	if d := cmp.Diff(plain, combined); d != "" {
		t.Errorf("surgery changes more than the aggregator: %s", d)
	}
}

// A run that is stopped behind any step goes on to the same records: what GradVac remembers is saved with the weights.
func TestStoppedSurgeryGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	lay := func() *Plan {
		return l.planOf(t, surgical, "train.epochs=3", "train.batch_pairs=4", "prompts.per_language=6", "pair.min_gap=0", "evaluate.tasks=[]", "congrad.fidelity_pairs=0")
	}
	whole := &follower{}
	want, err := l.run(t, context.Background(), lay(), t.TempDir(), whole)
	if err != nil {
		t.Fatal(err)
	}
	operated, mended := 0, 0
	for _, s := range load(t, want).Steps {
		if surgery := s.Arm == "step" || s.Arm == "both"; surgery != (s.Languages > 0) {
			t.Errorf("step %d of %s has gradients of %d languages", s.Step, s.Arm, s.Languages)
		}
		if s.Languages > 1 {
			operated++
		}
		if s.Conflicts > 0 {
			mended++
		}
	}
	if operated < 3 || mended == 0 {
		t.Fatalf("%d steps of several languages, %d with a conflict: there is nothing to remember", operated, mended)
	}
	if strings.Contains(string(want["steps.jsonl"]), "state") {
		t.Error("records hold the state of an aggregator")
	}
	dir, stops := t.TempDir(), 0
	var got map[string][]byte
	for got == nil && stops < 1000 { // one run, stopped behind the first step that it takes, again and again
		ctx, cancel := context.WithCancel(context.Background())
		got, err = l.run(t, ctx, lay(), dir, &follower{cancel: cancel, until: func(_, sign string) bool { return sign == "loss" }})
		cancel()
		if errors.Is(err, context.Canceled) {
			stops++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if stops < operated {
		t.Errorf("training was stopped %d times, in %d steps", stops, operated)
	}
	if !equal(got, want) {
		t.Error("a run that was stopped again and again has other records")
	}
}
