package run

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"congrad/harness/data"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// spent runs nothing: it reads what is known of a plan's stages.
func (l *lab) spent(t *testing.T, p *Plan, dir string) []record.Spent {
	t.Helper()
	st := open(t, dir)
	defer st.Close()
	list, err := p.Spent(st)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The tokens of the stages are those of the records, each stage is there once with those that share it, and a later run, which
// does no work, knows as much.
func TestSpentAgreesWithTheRecords(t *testing.T) {
	l := newLab(t)
	p, dir := l.plan(t, "iterations=2", "seeds=[1,2]"), t.TempDir()
	files, err := l.run(t, context.Background(), p, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	generated, trained := 0, map[string]int{}
	for _, a := range set.Answers {
		generated += a.Tokens
	}
	greedy := map[string]int{}
	for _, x := range set.Evaluations {
		greedy[x.Arm] += x.Tokens
	}
	for _, s := range set.Steps {
		trained[s.Arm] += s.Tokens
	}
	first := l.spent(t, p, dir)
	got, answered, taught := 0, map[string]int{}, map[string]int{}
	for _, s := range first {
		if s.Calls != 1 || s.Lost || s.Seconds <= 0 {
			t.Errorf("%s: %d calls, %g s", s.Stage, s.Calls, s.Seconds)
		}
		switch s.Kind {
		case "generate":
			got += s.Generated
		case "answer":
			for _, a := range s.Arms {
				answered[a] += s.Generated
			}
		case "train":
			for _, a := range s.Arms {
				taught[a] += s.Trained
			}
		}
	}
	if got != generated || generated == 0 {
		t.Errorf("%d sampled tokens, the records have %d", got, generated)
	}
	answered["baseline"] *= 2 // it answers once for both seeds
	for _, a := range p.Experiment.Arms {
		if taught[a.Name] != trained[a.Name] || answered[a.Name] != greedy[a.Name] {
			t.Errorf("%s: trained on %d tokens and answered with %d, the records have %d and %d", a.Name, taught[a.Name], answered[a.Name], trained[a.Name], greedy[a.Name])
		}
	}
	for kind, want := range map[string]int{"base": 4, "generate": 3, "gradients": 1, "select": 1, "train": 1} { // in the first iteration
		at := slices.IndexFunc(first, func(s record.Spent) bool { return s.Kind == kind })
		if len(first[at].Arms) != want {
			t.Errorf("the first %s stage is of %v, want %d arms", kind, first[at].Arms, want)
		}
	}
	if _, err := l.run(t, context.Background(), p, dir, &follower{}); err != nil {
		t.Fatal(err)
	}
	if again := l.spent(t, p, dir); !slices.EqualFunc(first, again, func(x, y record.Spent) bool { return x.Key == y.Key && x.Seconds == y.Seconds }) {
		t.Error("a run without work knows other seconds")
	}
}

// Every stage is some arm's, whoever judges and whoever the opponent is.
func TestEveryStageHasAnOwner(t *testing.T) {
	t.Chdir(t.TempDir())
	l := newLab(t)
	l.answersOf(t, func(data.Prompt) string { return "x" })
	for name, sets := range map[string][]string{
		"known answers": nil, "the model": {"evaluate.judge=self"}, "a server": judgedByServer,
		"a file": {"evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"},
	} {
		p := l.plan(t, sets...)
		owners := p.owners()
		for _, s := range p.Stages {
			if len(owners[s.Key]) == 0 {
				t.Errorf("%s: %s is nobody's", name, s.Label)
			}
			if s.Kind == "given" && len(owners[s.Key]) != len(p.Experiment.Arms) {
				t.Errorf("%s: %s is of %v, want every arm", name, s.Label, owners[s.Key])
			}
		}
	}
}

// A stopped stage counts both calls. Of a killed one what is missing is said, and of one that left no note that nothing is known.
func TestSpentOfStoppedStages(t *testing.T) {
	l := newLab(t)
	p, dir := l.plan(t), t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{at: 4, cancel: cancel} // base, generate, and a sign of life in it
	if _, err := l.run(t, ctx, p, dir, f); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	st := open(t, dir)
	stopped := slices.IndexFunc(p.Stages, func(s *stage.Stage) bool { return !st.Has(string(s.Key)) })
	killed := p.Stages[stopped+1]
	begun, err := json.Marshal(stage.Cost{Calls: 1, Open: true}) // and never ended
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Scratch(string(killed.Key)).Save("cost.json", begun); err != nil {
		t.Fatal(err)
	}
	before, err := st.Scratch(string(p.Stages[stopped].Key)).Load("cost.json")
	if err != nil || before == nil {
		t.Fatalf("the stopped stage left no cost: %v", err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.run(t, context.Background(), p, dir, &follower{}); err != nil {
		t.Fatal(err)
	}
	list := l.spent(t, p, dir)
	if s := list[stopped]; s.Calls != 2 || s.Lost {
		t.Errorf("stopped once: %+v", s)
	}
	if s := list[stopped+1]; s.Calls != 2 || !s.Lost {
		t.Errorf("killed once: %+v", s)
	}
	st = open(t, dir)
	if err := st.PutNote(string(killed.Key), "cost.json", []byte("{")); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.spent(t, p, dir)[stopped+1]; s.Calls != 0 || s.Seconds != 0 {
		t.Errorf("a damaged note: %+v", s)
	}
}
