package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/kind/training"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// drifting has arms that end where they have drifted as far as joint: one that gets there and one that does not.
const drifting = small + `
[[arms]]
name = "quick"
select = "all"
match_kl = "joint"
train.learning_rate = 4e-3
train.epochs = 4
[[arms]]
name = "slow"
select = "congrad"
match_kl = "joint"
train.learning_rate = 1e-5
`

// A training that matches a drift is that of its own settings up to the last checkpoint that does not exceed the target, which is the drift of the
// other arm's policy; where it gets there, the next checkpoint does exceed it, and where it does not, that is on record. The other arms are what they
// are without it.
func TestArmsMatchDrift(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l, dir := newLab(t), t.TempDir()
	sets := []string{"iterations=2", "prompts.per_language=6", "congrad.fidelity_pairs=0", "evaluate.tasks=[]", "languages.unseen=[]"}
	plan := l.planOf(t, drifting, sets...)
	files, err := l.run(t, t.Context(), plan, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	steps := map[[2]any]int{}
	for _, s := range set.Steps {
		steps[[2]any{s.Arm, s.Iteration}]++
	}
	quick := 0
	for _, m := range set.Matched {
		last := m.Checks[len(m.Checks)-1]
		if steps[[2]any{m.Arm, m.Iteration}] != m.Steps || m.Target <= 0 || m.Checks[0].Step != 0 || (m.Iteration == 1) != (m.Checks[0].Drift == 0) {
			t.Errorf("%+v, with %d steps on record", m, steps[[2]any{m.Arm, m.Iteration}])
		}
		switch {
		case m.Arm == "slow" && (m.Reached || m.Steps != m.All || m.Drift > m.Target):
			t.Errorf("slow: %+v", m)
		case m.Arm == "quick" && m.Iteration == 1:
			quick++
			if !m.Reached || m.Drift > m.Target || last.Drift <= m.Target || m.Steps >= last.Step || m.Steps == m.All {
				t.Errorf("quick: %+v", m)
			}
		}
	}
	if len(set.Matched) != 4 || quick != 1 {
		t.Fatalf("%d matches", len(set.Matched))
	}
	l.checkDrifts(t, plan, set, dir)
	for _, p := range set.Pairs {
		if p.Arm == "quick" && p.Met == nil {
			t.Error("nothing says how often quick met a pair")
			break
		}
	}
	before := by(plan)
	for _, s := range l.plan(t, sets...).Stages {
		if before[s.Key] == nil {
			t.Errorf("%s has another key", s.Label)
		}
	}
}

// A run that is stopped in the midst of a training that ends by its drift goes on to the same end.
func TestMatchingGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs studies")
	}
	l := newLab(t)
	sets := []string{"prompts.per_language=6", "congrad.fidelity_pairs=0", "evaluate.tasks=[]", "languages.unseen=[]", "evaluate.per_language=1"}
	want, err := l.run(t, t.Context(), l.planOf(t, drifting, sets...), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{1, 3} { // steps of the first training that matches a drift
		dir, n := t.TempDir(), 0
		ctx, cancel := context.WithCancel(context.Background())
		_, err := l.run(t, ctx, l.planOf(t, drifting, sets...), dir, &follower{cancel: cancel, until: func(kind, sign string) bool {
			if kind == "target" {
				n = 1
			} else if n > 0 && kind == "train" && sign == "loss" {
				n++
			}
			return n == at+1 && kind == "train"
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at step %d: %v", at, err)
		}
		again, err := l.run(t, t.Context(), l.planOf(t, drifting, sets...), dir, &follower{})
		if err != nil || !equal(again, want) {
			t.Errorf("stopped at step %d, a run goes on to other records, error %v", at, err)
		}
	}
}

// checkDrifts measures the drifts on record again, of the policies that are in the store, prompt by prompt in float64.
func (l *lab) checkDrifts(t *testing.T, p *Plan, set *record.Set, dir string) {
	t.Helper()
	st, b := open(t, dir), l.fresh()
	defer st.Close()
	base, err := b.Engine.Upload(b.Base.Weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range set.Matched {
		for arm, want := range map[string]float64{m.Arm: m.Drift, "joint": m.Target} {
			host, err := p.Policy(st, b, arm, m.Seed, m.Iteration)
			if err != nil {
				t.Fatal(err)
			}
			policy, err := b.Engine.Upload(host)
			if err != nil {
				t.Fatal(err)
			}
			probe := probeOf(t, p)
			prompts, err := b.Prompts(probe.Asked)
			if err != nil {
				t.Fatal(err)
			}
			got, err := probe.Drift(t.Context(), b, policy, base)
			if err != nil || math.Abs(got-want) > 1e-6 {
				t.Errorf("%s after iteration %d has the drift %g, on record is %g (%v)", arm, m.Iteration, got, want, err)
			}
			sum, tokens := 0.0, 0
			for _, x := range prompts {
				d := &stage.Desk{Shelf: stage.Shelf{Store: st, Own: stage.Ref(fmt.Sprint("scratch", arm, m.Arm, m.Iteration, x.ID))}, Line: followed{&follower{}, "answer"}}
				answers, err := kind.AnsweredBy(t.Context(), d, b, policy, []data.Prompt{x}, 1, probe.Settings(b), probe.Seed)
				if err != nil {
					t.Fatal(err)
				}
				nats, n := l.nats(t, policy, base, x.Text, answers[0])
				sum, tokens = sum+nats, tokens+n
			}
			if math.Abs(sum/float64(tokens)-want) > 1e-4 {
				t.Errorf("%s after iteration %d drifts by %g over %d tokens, on record is %g", arm, m.Iteration, sum/float64(tokens), tokens, want)
			}
			policy.Free()
		}
	}
}

// probeOf is the probe of a plan.
func probeOf(t *testing.T, p *Plan) kind.Probe {
	t.Helper()
	for _, s := range p.Stages {
		if s.Kind == "target" {
			w, err := workOf(s)
			if err != nil {
				t.Fatal(err)
			}
			return w.(training.Target).Probe
		}
	}
	t.Fatal("nothing is matched")
	return kind.Probe{}
}

// Prompts without any for development cannot tell a drift.
func TestDriftsNeedDevelopmentPrompts(t *testing.T) {
	l := newLab(t)
	e := l.planOf(t, drifting).Experiment
	l.bench.Source = withoutDev{l.bench.Source}
	if _, err := NewPlan(e, l.bench, l.tasks); err == nil || !strings.Contains(err.Error(), `match_kl of the arm "quick": no prompt in en is held out for development (prompts.dev = `) {
		t.Errorf("%v", err)
	}
}

// withoutDev is a source that holds no prompt out for development.
type withoutDev struct{ data.Source }

func (s withoutDev) Held(part, lang string, n int) ([]data.Prompt, error) {
	if part == data.PartDev {
		return nil, nil
	}
	return s.Source.Held(part, lang, n)
}
