package run

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/bench"
	"congrad/harness/model"
	"congrad/harness/record"
)

// withOther gives the lab a second model.
func (l *lab) withOther(t *testing.T) *bench.Bench {
	t.Helper()
	first := l.bench.Base
	other := model.New(first.Config, 2)
	for i := range other.Tensors[0] { // judges alike, see newLab
		other.Tensors[0][i] += 0.5 * first.Weights.Tensors[0][i]
	}
	l.bench.Others = []*model.Folder{{Config: first.Config, Tokenizer: first.Tokenizer, Weights: other}}
	return l.bench
}

const twoBases = "bases=[\"other\"]"

// Seeds start from the models in turn: those of the first model are what they are without others, the others' work is new.
func TestSeedsStartFromTheirModels(t *testing.T) {
	l := newLab(t)
	alone := l.plan(t, "seeds=[1,2,3]")
	l.withOther(t)
	both := l.plan(t, "seeds=[1,2,3]", twoBases)
	known := map[string]bool{}
	for _, s := range alone.Stages {
		known[string(s.Key)] = true
	}
	fresh := map[string]bool{}
	for _, s := range both.Stages {
		if !known[string(s.Key)] {
			fresh[s.Label] = true
			if strings.Contains(s.Label, "seed 1") || strings.Contains(s.Label, "seed 3") {
				t.Errorf("%s is done again, though it starts from the first model", s.Label)
			}
		}
	}
	if len(fresh) < 8 || !fresh["base model"] {
		t.Errorf("new stages: %v", fresh)
	}
	l.bench.Others[0].Weights = l.bench.Base.Weights
	e := both.Experiment
	if _, err := NewPlan(e, l.bench, l.tasks); err == nil || !strings.Contains(err.Error(), `bases: the 1st entry, "other", has the weights of an earlier model`) {
		t.Error(err)
	}
}

// A run's records say which seed starts from which model, and the base model's answers differ between them.
func TestRunOnTwoModels(t *testing.T) {
	l := newLab(t)
	l.withOther(t)
	p := l.plan(t, "seeds=[1,2]", twoBases)
	files, err := l.run(t, context.Background(), p, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	var hashes []string
	for _, m := range []*model.Folder{l.bench.Base, l.bench.Others[0]} {
		hash, err := m.Hash()
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, hash)
	}
	want := []record.Base{{Name: "random", Weights: hashes[0], Seeds: []uint64{1}}, {Name: "other", Weights: hashes[1], Seeds: []uint64{2}}}
	if d := cmp.Diff(want, set.Study.Bases); d != "" {
		t.Error(d)
	}
	said := map[uint64]string{}
	for _, e := range set.Evaluations {
		if e.Arm == "baseline" {
			said[e.Seed] += e.Text + "\n"
		}
	}
	if said[1] == said[2] || said[1] == "" {
		t.Errorf("both models answer %q", said[1])
	}
}
