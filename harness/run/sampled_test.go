package run

import (
	"context"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/harness/stage"

	"github.com/google/go-cmp/cmp"
)

// Sampled answers stand beside the greedy ones, which stay what they were. Arms share their random numbers: one that hardly trains
// samples what the base model does, under each seed something else.
func TestSampledAnswers(t *testing.T) {
	l := newLab(t)
	ctx, dir := context.Background(), t.TempDir()
	still := []string{"seeds=[1,2]", "train.learning_rate=1e-12", "evaluate.tasks=[]"}
	without := l.plan(t, still...)
	files, err := l.run(t, ctx, without, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	before := load(t, files)
	p := l.plan(t, append(still, "evaluate.samples=3", "evaluate.decide=exact")...)
	keys := map[stage.Ref]bool{}
	for _, s := range p.Stages {
		keys[s.Key] = true
	}
	for _, s := range without.Stages {
		if !keys[s.Key] {
			t.Errorf("%s has another key when answers are sampled too", s.Label)
		}
	}
	if files, err = l.run(t, ctx, p, dir, &follower{}); err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	if before.Trials != nil || len(set.Trials) != 3*len(set.Evaluations) {
		t.Fatalf("%d sampled answers next to %d greedy ones", len(set.Trials), len(set.Evaluations))
	}
	for i, e := range set.Evaluations {
		if was := before.Evaluations[i]; was.Text != e.Text || was.Known != e.Known {
			t.Errorf("greedy: %+v, without samples %+v", e, was)
		}
	}
	for _, q := range set.Prompts {
		if kind, _, _ := strings.Cut(strings.TrimPrefix(q.ID, q.Lang+"/"), "/"); q.Kind != kind || kind == "" {
			t.Errorf("the prompt %s is of kind %q", q.ID, q.Kind)
		}
	}
	if v := set.Study.Evaluate; v.Samples != 3 || v.Temperature != 0.7 || v.TopP != 0.9 || v.Decide != "exact" || before.Study.Evaluate.Decide != "" {
		t.Errorf("%+v", v)
	}
	checkSampled(t, set)
}

// checkSampled checks the texts and the wins of samples of arms that are all the base model.
func checkSampled(t *testing.T, set *record.Set) {
	type at struct {
		seed   uint64
		prompt string
		sample int
	}
	base, texts := map[at]record.Evaluation{}, map[string]bool{}
	for _, e := range set.Trials {
		if e.Arm == "baseline" {
			base[at{e.Seed, e.Prompt, e.Sample}] = e
			texts[e.Prompt+e.Text] = true
		}
	}
	prompts := map[string]bool{}
	for _, e := range set.Trials {
		prompts[e.Prompt] = true
		b, ok := base[at{e.Seed, e.Prompt, e.Sample}]
		if !ok || e.Sample < 1 || e.Sample > 3 || e.Text != b.Text || e.Win != 0.5 || e.Opponent != b.Known || e.Cluster == "" {
			t.Errorf("%+v next to the base model's %+v", e, b)
		}
	}
	if len(base) != 2*3*len(prompts) || len(texts) < 4*len(prompts) {
		t.Errorf("%d samples of the base model to %d prompts are %d texts", len(base), len(prompts), len(texts))
	}
	seeds := [2][]string{}
	for _, e := range set.Trials {
		seeds[e.Seed-1] = append(seeds[e.Seed-1], e.Text)
	}
	if cmp.Equal(seeds[0], seeds[1]) {
		t.Error("both seeds sample the same texts")
	}
}

// The answers after an iteration are those of the experiment that ends with it, greedy and sampled ones; a model for each language has
// its own.
func TestEveryIterationIsEvaluated(t *testing.T) {
	l := newLab(t)
	ctx, dir := context.Background(), t.TempDir()
	source := small + "[[arms]]\nname = \"mono\"\nselect = \"all\"\npolicy = \"mono\"\n"
	run := func(sets ...string) *record.Set {
		files, err := l.run(t, ctx, l.planOf(t, source, append(sets, "evaluate.samples=2", "evaluate.tasks=[]")...), dir, &follower{})
		if err != nil {
			t.Fatal(err)
		}
		return load(t, files)
	}
	set, short := run("iterations=2", "evaluate.iterations=true"), run()
	type at struct {
		arm, prompt string
		sample      int
	}
	want := map[at]record.Evaluation{}
	for _, e := range append(short.Evaluations, short.Trials...) {
		if e.Arm != "baseline" {
			want[at{e.Arm, e.Prompt, e.Sample}] = e
		}
	}
	n := 0
	for _, e := range set.Trials {
		if e.Iteration == 0 {
			continue
		}
		n++
		e.Iteration = 0
		if d := cmp.Diff(want[at{e.Arm, e.Prompt, e.Sample}], e); d != "" {
			t.Errorf("after iteration 1: %s", d)
		}
	}
	if n != len(want) || n == 0 || len(set.Evaluations) != len(short.Evaluations) {
		t.Errorf("%d answers after iteration 1, want %d", n, len(want))
	}
}
