package run

import (
	"context"
	"slices"
	"testing"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/store"
)

// adapted has a bench's policies be adapters on its model.
func (b *bench) adapted(t *testing.T) {
	t.Helper()
	c := b.env.Base.Config
	c.LoRA = model.LoRA{Rank: 2, Alpha: 4, Layers: model.AllProjections}
	e := nn.NewEngine(b.backend, c)
	e.Beneath = b.env.Base.Read
	b.env.Engine = e
}

// A study of adapters runs as one of whole models does, for every selector; what an arm leaves is its adapters, which export
// merges: the merged model is another than the base and answers as the adapters do.
func TestStudyOfAdapters(t *testing.T) {
	b := newBench(t)
	b.adapted(t)
	plan := b.planOf(t, every(), "lora.rank=2", "lora.alpha=4", "train.learning_rate=0.05", "prompts.per_language=4", "congrad.fidelity_pairs=4")
	dir := t.TempDir()
	if _, err := b.run(t, context.Background(), plan, dir, &follower{}); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	env := b.env
	env.Store, env.Report = st, &follower{}
	merged, err := plan.Policy(&env, "joint", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Config != b.env.Base.Config || merged.Hash() == b.env.Base.Weights.Hash() {
		t.Errorf("the exported policy is the base model, or no whole model: %+v", merged.Config)
	}
	i := slices.IndexFunc(plan.Stages, func(s *Stage) bool { return s.Label == "train, seed 1, iteration 1, joint" })
	w, err := env.policy(plan.Stages[i])
	if err != nil {
		t.Fatal(err)
	}
	whole := nn.NewEngine(b.backend, b.env.Base.Config)
	uploaded, err := whole.Upload(merged)
	if err != nil {
		t.Fatal(err)
	}
	prompt := [][]int{b.env.Chat.Prompt("2 x 3")}
	got, err := env.Engine.LastLogits(w, prompt, 1, 16)
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
