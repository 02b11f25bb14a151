package run

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"congrad/harness/kind/training"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// choosing is small with arms that choose their learning rate, one of them with a model for each language.
const choosing = small + `
[[arms]]
name = "chooses"
select = "all"
train.rates = [1e-2, 1e-5, 1e-3]
[[arms]]
name = "chooses-each"
select = "all"
policy = "mono"
train.rates = [1e-5, 1e-2]
[[arms]]
name = "as-many"
select = "congrad"
match_steps = "chooses"
train.rates = [1e-5, 1e-2]
`

// An arm that chooses its rate has the policy and the steps of the rate whose answers to development prompts are the best, lowest rate first;
// trainings with each rate are those of arms that have it.
func TestArmsChooseRates(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l, dir := newLab(t), t.TempDir()
	plan := l.planOf(t, choosing, "iterations=2", "evaluate.tasks=[]", "congrad.fidelity_pairs=0")
	files, err := l.run(t, context.Background(), plan, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	choices := map[string]int{}
	for _, x := range set.Rates {
		choices[x.Arm]++
		for i, tried := range x.Tried {
			if i > 0 && tried.Rate <= x.Tried[i-1].Rate {
				t.Errorf("%s: rates are not in order: %v", x.Arm, x.Tried)
			}
			if best := x.Tried[x.Taken].Known; tried.Known > best || tried.Known == best && i < x.Taken {
				t.Errorf("%s takes rate %d of %v", x.Arm, x.Taken, x.Tried)
			}
		}
	}
	if choices["chooses"] != 2 || choices["chooses-each"] != 2*2 || choices["as-many"] != 2 {
		t.Errorf("choices by arm: %v", choices)
	}
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	shelf := stage.Shelf{Store: st}
	for _, r := range plan.rounds {
		if len(r.candidates) == 0 {
			continue
		}
		w, err := workOf(r.train)
		if err != nil {
			t.Fatal(err)
		}
		var same int
		for _, c := range w.(training.Rate).Candidates {
			a, err := shelf.Read(c.Policy, "model.safetensors")
			b, berr := shelf.Read(r.train.Key, "model.safetensors")
			if err := errors.Join(err, berr); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(a, b) {
				same++
			}
		}
		if same != 1 {
			t.Errorf("%s has the policy of %d of its trainings", r.arm.Name, same)
		}
	}
	var joint string // its rate is one of those that are chosen from
	for _, s := range plan.Stages {
		if s.Kind == "train" && strings.Contains(s.Label, "rate 0.001") && strings.Contains(s.Label, "iteration 1") {
			joint = s.Label
		}
	}
	if joint != "" {
		t.Errorf("%s is trained anew, though joint has that rate", joint)
	}
}
