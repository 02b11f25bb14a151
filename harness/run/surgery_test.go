package run

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
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

// An arm that combines gradients differs from joint training in its training alone, and training that knows of no languages
// has the key that it had before there was such a thing.
func TestSurgeryEntersTraining(t *testing.T) {
	b := newBench(t)
	rounds := map[string]round{}
	for _, r := range b.planOf(t, surgical).rounds {
		rounds[r.arm.Name] = r
	}
	joint, step, both := rounds["joint"], rounds["step"], rounds["both"]
	if step.pairs != joint.pairs || step.reference != joint.reference || both.selection != rounds["congrad"].selection {
		t.Error("surgery changes what comes before training")
	}
	if step.train.Key == joint.train.Key || both.train.Key == rounds["congrad"].train.Key || both.train.Key == step.train.Key {
		t.Error("surgery does not change training")
	}
	var plain, combined map[string]any
	if err := errors.Join(json.Unmarshal(joint.train.meta.Settings, &plain), json.Unmarshal(step.train.meta.Settings, &combined)); err != nil {
		t.Fatal(err)
	}
	if text := string(joint.train.meta.Settings); strings.Contains(text, "ggregator") || strings.Contains(text, "anguages") {
		t.Errorf("training without surgery depends on %s", text)
	}
	if len(combined) != len(plain)+1 {
		t.Errorf("surgery depends on %s", step.train.meta.Settings)
	}
}

// A run that is stopped behind any step goes on to the same records: what GradVac remembers is saved with the weights.
func TestStoppedSurgeryGoesOn(t *testing.T) {
	b := newBench(t)
	lay := func() *Plan {
		return b.planOf(t, surgical, "train.epochs=3", "train.batch_pairs=4", "prompts.per_language=6", "pair.min_gap=0", "evaluate.tasks=[]", "congrad.fidelity_pairs=0")
	}
	whole := &follower{}
	want, err := b.run(t, context.Background(), lay(), t.TempDir(), whole)
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
		got, err = b.run(t, ctx, lay(), dir, &stepStopper{cancel: cancel})
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

// stepStopper cancels at the first step of training.
type stepStopper struct {
	follower
	cancel context.CancelFunc
}

func (s *stepStopper) Loss(float64) { s.cancel() }
