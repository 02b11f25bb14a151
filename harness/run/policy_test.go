package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/store"
)

// The policy of an arm is what its training left in the store, and no other arm's.
func TestPolicy(t *testing.T) {
	b := newBench(t)
	var err error
	if b.env.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	defer b.env.Store.Close()
	b.env.Report = &follower{}
	plan := b.plan(t, "iterations=2", "prompts.per_language=2")
	if _, err := plan.Policy(&b.env, "joint", 1, 2); !errors.Is(err, ErrNotRun) || !strings.Contains(err.Error(), "train, seed 1, iteration 2, joint") {
		t.Errorf("before the run: %v", err)
	}
	if err := Execute(context.Background(), &b.env, plan.Stages); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for label, at := range map[string]struct {
		arm       string
		iteration int
	}{"iteration 1, joint": {"joint", 1}, "iteration 2, joint": {"joint", 2}, "iteration 2, congrad": {"congrad", 2}} {
		w, err := plan.Policy(&b.env, at.arm, 1, at.iteration)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(plan.Stages, func(s *Stage) bool { return s.Label == "train, seed 1, "+label })
		file, err := b.env.read(plan.Stages[i], "model.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		want, err := model.Unmarshal(b.env.Base.Config, file)
		if err != nil {
			t.Fatal(err)
		}
		if w.Hash() != want.Hash() || w.Hash() == b.env.Base.Weights.Hash() || seen[w.Hash()] != "" {
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
		{"baseline", 1, 1, `the arm "baseline" of small trains nothing: its policy is the model "random"`},
		{"joint", 3, 1, "small has no seed 3; its seeds are [1]"},
		{"joint", 1, 3, "small has no iteration 3; it has 1 to 2"},
		{"joint", 1, 0, "small has no iteration 0"},
	} {
		if _, err := plan.Policy(&b.env, c.arm, c.seed, c.iteration); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
