package run

import (
	"context"
	"slices"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/stage"
)

// adapted has a lab's policies be adapters on its model.
func (l *lab) adapted(t *testing.T) {
	t.Helper()
	c := l.bench.Base.Config
	c.LoRA = model.LoRA{Rank: 2, Alpha: 4, Layers: model.AllProjections}
	e := nn.NewEngine(l.backend, c)
	e.Beneath = l.bench.Base.Read
	l.bench.Engine, l.bench.Config = e, c
}

// A study of adapters runs as one of whole models does, for every selector; what an arm leaves is its adapters, which export
// merges: the merged model is another than the base and answers as the adapters do.
func TestStudyOfAdapters(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	l.adapted(t)
	plan := l.planOf(t, every(), "lora.rank=2", "lora.alpha=4", "train.learning_rate=0.05", "prompts.per_language=4", "congrad.fidelity_pairs=4")
	dir := t.TempDir()
	if _, err := l.run(t, context.Background(), plan, dir, &follower{}); err != nil {
		t.Fatal(err)
	}
	st, b := open(t, dir), l.fresh()
	merged, err := plan.Policy(st, b, "joint", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Config != b.Base.Config || merged.Hash() == b.Base.Weights.Hash() {
		t.Errorf("the exported policy is the base model, or no whole model: %+v", merged.Config)
	}
	i := slices.IndexFunc(plan.Stages, func(s *stage.Stage) bool { return s.Label == "train, seed 1, iteration 1, joint" })
	w, release, err := b.Policy(stage.Shelf{Store: st}, bench.Policy{Stage: plan.Stages[i].Key, Trained: true})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	whole := nn.NewEngine(l.backend, b.Base.Config)
	uploaded, err := whole.Upload(merged)
	if err != nil {
		t.Fatal(err)
	}
	ask, err := b.Chat.Prompt("2 x 3")
	if err != nil {
		t.Fatal(err)
	}
	prompt := [][]int{ask}
	got, err := b.Engine.LastLogits(w, prompt, 1, 16)
	if err != nil {
		t.Fatal(err)
	}
	want, err := whole.LastLogits(uploaded, prompt, 1, 16)
	if err != nil {
		t.Fatal(err)
	}
	for id, x := range want[0] {
		if d := got[0][id] - x; d > 1e-4 || d < -1e-4 {
			t.Fatalf("the logit of token %d is %g with adapters and %g merged", id, got[0][id], x)
		}
	}
}
