package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/harness/stage"
)

// drawn is a random small experiment: arms of random selectors with random rules, losses and trainings.
func drawn(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	source := strings.Replace(small, "iterations = 1", fmt.Sprintf("iterations = %d", 1+r.IntN(2)), 1)
	source = strings.Replace(source, "fidelity_pairs = 4", fmt.Sprintf("fidelity_pairs = %d\nmode = \"offline\"", r.IntN(2)*4), 1)
	var selectors []string
	for _, s := range method.Selectors {
		if s.Ranks() {
			selectors = append(selectors, s.Name)
		}
	}
	for k := range 3 {
		name := pick(selectors...)
		source += fmt.Sprintf("[[arms]]\nname = \"drawn-%d\"\nselect = %q\n%s%s", k, name, pick("match_steps = \"joint\"\n[arms.train]\n", "[arms.train]\nepochs = 2\n"), pick("", "aggregator = \"gradvac\"\n", "aggregator = \"pcgrad\"\nscope = \"weight\"\n", "temperature = 3.0\n"))
		if name != "oracle" { // which keeps all right pairs
			source += fmt.Sprintf("[arms.keep]\n%s", pick("share = 0.4\n", "band = [0.2, 0.7]\n", "share = 0.5\nquota = \"global\"\n"))
		}
		source += fmt.Sprintf("[arms.loss]\n%s", pick("kind = \"dpo\"\n", "kind = \"hinge\"\n", "kind = \"simpo\"\nbeta = 2.0\n"))
	}
	source += fmt.Sprintf("[[arms]]\nname = \"each\"\nselect = \"all\"\npolicy = \"mono\"\n%s", pick("", "groups = [\"de en\"]\n", "train.rates = [1e-3, 1e-4]\n"))
	return source
}

// What must make no difference to the records makes none, whatever the experiment: how many stages overlap, how sketches are cut, at which
// signs of life the study is stopped and continued, whether two workers share its store, and what things are called or said about them.
func TestMetamorphic(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	for seed := range uint64(2) {
		r := rng.Stream(seed, "metamorphic")
		source := drawn(r)
		l := newLab(t)
		want, err := l.run(t, context.Background(), l.planOf(t, source), t.TempDir(), &follower{})
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		same := func(change string, got map[string][]byte, err error, but ...string) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %v\n%s", change, err, source)
				return
			}
			for name, data := range want {
				if string(got[name]) != string(data) && !slices.Contains(but, name) {
					t.Errorf("%s: %s has other records\n%s", change, name, source)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s: %d files of records, want %d", change, len(got), len(want))
			}
		}
		l.bench.AtOnce = 2 + r.IntN(3)
		got, err := l.run(t, context.Background(), l.planOf(t, source), t.TempDir(), &follower{})
		same("stages at once", got, err)
		l.bench.AtOnce = 1
		got, err = l.run(t, context.Background(), l.planOf(t, strings.Replace(source, "[batch]", "[batch]\nsketch_mb = 1", 1)), t.TempDir(), &follower{})
		same("sketches cut", got, err, "study.jsonl") // which says how they were cut

		dir := t.TempDir()
		for range 4 {
			ctx, cancel := context.WithCancel(context.Background())
			_, err = l.run(t, ctx, l.planOf(t, source), dir, &follower{at: 1 + r.IntN(60), cancel: cancel})
			cancel()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		got, err = l.run(t, context.Background(), l.planOf(t, source), dir, &follower{})
		same("stopped and continued", got, err)

		got, err = l.shared(t, source, t.TempDir())
		same("two workers", got, err)

		f := &follower{}
		got, err = l.run(t, context.Background(), l.planOf(t, strings.Replace(source, "name = \"small\"", "name = \"small\"\ntitle = \"said otherwise\"", 1)), dir, f)
		if f.ran > 0 || err != nil {
			t.Errorf("another title takes %d stages: %v", f.ran, err)
		}
		for _, name := range []string{"pairs.jsonl", "steps.jsonl", "evaluation.jsonl", "consensus.jsonl"} {
			if string(got[name]) != string(want[name]) {
				t.Errorf("another title: %s has other records", name)
			}
		}
	}
}

// shared has two workers do a study in one store, each with a bench and a handle of the store of its own.
func (l *lab) shared(t *testing.T, source, dir string) (map[string][]byte, error) {
	t.Helper()
	plans := []*Plan{l.planOf(t, source), l.planOf(t, source)}
	faults := make([]error, len(plans))
	var work sync.WaitGroup
	for i, p := range plans {
		st, b := open(t, dir), l.fresh()
		work.Go(func() {
			defer st.Close()
			x := stage.Executor{Store: st, Report: &follower{}, Work: Workshop(b, p.Experiment), AtOnce: 1, Wait: true}
			faults[i] = x.Run(context.Background(), p.Stages)
		})
	}
	work.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return l.run(t, context.Background(), plans[0], dir, &follower{})
}
