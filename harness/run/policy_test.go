package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/stage"
)

// The policy of an arm is what its training left in the store, and no other arm's.
func TestPolicy(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	st := open(t, t.TempDir())
	plan := l.plan(t, "iterations=2", "prompts.per_language=2")
	if _, err := plan.Policy(st, l.bench, "joint", 1, 2); !errors.Is(err, ErrNotRun) || !strings.Contains(err.Error(), "train, seed 1, iteration 2, joint") {
		t.Errorf("before the run: %v", err)
	}
	if err := execute(context.Background(), plan, st, l.bench, &follower{}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for label, at := range map[string]struct {
		arm       string
		iteration int
	}{"iteration 1, joint": {"joint", 1}, "iteration 2, joint": {"joint", 2}, "iteration 2, congrad": {"congrad", 2}} {
		w, err := plan.Policy(st, l.bench, at.arm, 1, at.iteration)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(plan.Stages, func(s *stage.Stage) bool { return s.Label == "train, seed 1, "+label })
		file, err := stage.Shelf{Store: st}.Read(plan.Stages[i].Key, "model.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		want, err := model.Unmarshal(l.bench.Base.Config, file)
		if err != nil {
			t.Fatal(err)
		}
		if w.Hash() != want.Hash() || w.Hash() == l.bench.Base.Weights.Hash() || seen[w.Hash()] != "" {
			t.Errorf("%s: the weights are not its own (%s)", label, seen[w.Hash()])
		}
		seen[w.Hash()] = label
	}
	for _, c := range []struct {
		arm       string
		seed      uint64
		iteration int
		want      string
	}{
		{"jiont", 1, 1, `small has no arm "jiont"; did you mean "joint"?`},
		{"baseline", 1, 1, `the arm "baseline" of small is not trained: its policy is the model "random"`},
		{"joint", 3, 1, "small has no seed 3; its seeds are 1"},
		{"joint", 1, 3, "small has no iteration 3; it has 1 to 2"},
		{"joint", 1, 0, "small has no iteration 0"},
	} {
		if _, err := plan.Policy(st, l.bench, c.arm, c.seed, c.iteration); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
