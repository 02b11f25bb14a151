package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/stage"
)

// study is a plan and the bench that it is made for.
type study struct {
	*Plan
	bench *bench.Bench
}

// studies are plans that together have stages of every kind.
func studies(t *testing.T) map[string]study {
	t.Helper()
	greedy := newLab(t)
	x := opened(t, "testdata/lmeval/generated.toml")
	x.File = "" // and so goes by its name
	exam, err := data.FromTask(x, []string{"en", "de"}, greedy.languages)
	if err != nil {
		t.Fatal(err)
	}
	greedy.tasks, greedy.bench.Exams = append(greedy.tasks, x), map[string]*data.Exam{x.Name: exam}
	t.Chdir(t.TempDir())
	l := newLab(t)
	l.answersOf(t, func(data.Prompt) string { return "x" })
	const less = "[[arms]]\nname = \"joint-en\"\nselect = \"all\"\nwithout = [\"de\"]\n"
	plans := map[string]*Plan{
		"every selector":             l.planOf(t, every()),
		"a filter in training":       l.plan(t, during()...),
		"steps of several gradients": l.planOf(t, surgical),
		"a model for each language":  l.planOf(t, mono, "iterations=2"),
		"a mixture of its own":       l.plan(t, "base.steps=2"),
		"a language less":            l.planOf(t, small+less),
		"a file's answers":           l.plan(t, "evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"),
		"samples of a file":          l.plan(t, "evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id", "evaluate.samples=2"),
		"drift":                      l.planOf(t, mono, "evaluate.samples=2", "evaluate.drift=true", "evaluate.iterations=true", "iterations=2"),
		"samples for a server":       l.plan(t, append([]string{"evaluate.samples=2"}, judgedByServer...)...),
		"a server":                   l.plan(t, judgedByServer...),
		"scores validated":           l.lds(t, 1).Plan,
		"a drift matched":            l.planOf(t, drifting),
		"rates to choose from":       l.planOf(t, choosing),
		"groups of languages":        l.planOf(t, grouped),
		"a threshold, and noise":     l.plan(t, "keep.threshold=-0.1", "judge.noise=0.25", "pair.flip=0.3", "lora.rank=2"),
	}
	list := map[string]study{"greedy answers": {greedy.plan(t, "languages.unseen=[]", `evaluate.tasks=["`+x.Name+`"]`), greedy.bench}}
	for name, p := range plans {
		list[name] = study{p, l.bench}
	}
	given := newLab(t)
	given.givenPairs(t, 5)
	list["given pairs"] = study{given.planOf(t, small+less, append(fromPairs, "iterations=2")...), given.bench}
	return list
}

// The table has every kind once, with what a table of stages needs.
func TestKindsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Kinds {
		if row.Name == "" || seen[row.Name] || row.Version < 1 || row.Title == "" {
			t.Errorf("%+v is not whole, or there twice", row.Kind)
		}
		seen[row.Name] = true
		if _, err := row.Decode(json.RawMessage(`[]`)); err == nil || !strings.Contains(err.Error(), "a "+row.Name+" stage") {
			t.Errorf("%s reads a list as settings: %v", row.Name, err)
		}
		w, err := row.Decode(json.RawMessage(`{}`))
		if err != nil || w.Kind() != row.Kind {
			t.Errorf("%s decodes to another kind, error %v", row.Name, err)
		}
	}
}

// plan.json is all that a process needs to do a stage: what its kind reads from there is what was planned.
func TestPlanFilesSuffice(t *testing.T) {
	met := map[string]bool{}
	for name, s := range studies(t) {
		if err := s.Reckon(s.bench); err != nil {
			t.Fatal(err)
		}
		text, err := stage.Plan{Experiment: string(s.Experiment.Resolved()), Stages: s.Stages}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "plan.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := stage.ReadPlan(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(file.Stages) != len(s.Stages) {
			t.Fatalf("%s: %d stages are read, planned were %d", name, len(file.Stages), len(s.Stages))
		}
		again := Plan{Experiment: s.Experiment}
		for _, read := range file.Stages {
			other := *read
			other.Memory = 0
			again.Stages = append(again.Stages, &other)
		}
		if err := again.Reckon(s.bench); err != nil {
			t.Fatal(err)
		}
		for i, read := range file.Stages {
			planned := s.Stages[i]
			met[planned.Kind] = true
			w, err := workOf(read)
			if err != nil {
				t.Errorf("%s, %s: %v", name, planned.Label, err)
				continue
			}
			settings, err := json.Marshal(w)
			if err != nil || string(settings) != string(planned.Settings) {
				t.Errorf("%s, %s: the settings become %s, planned were %s (%v)", name, planned.Label, settings, planned.Settings, err)
			}
			if k := w.Kind(); k.Name != planned.Kind || k.Version != planned.Version {
				t.Errorf("%s, %s: read as %+v", name, planned.Label, k)
			}
			if !slices.Equal(w.Inputs(), planned.Inputs) || w.OnDevice() != (planned.Device != "") {
				t.Errorf("%s, %s: reads %v, planned were %v; on the device %v", name, planned.Label, w.Inputs(), planned.Inputs, w.OnDevice())
			}
			if title := w.Title(); planned.Label != title && !strings.HasPrefix(planned.Label, title+", ") {
				t.Errorf("%s: %q becomes %q", name, planned.Label, title)
			}
			if need := again.Stages[i].Memory; need != planned.Memory || read.Memory != planned.Memory {
				t.Errorf("%s, %s: needs %d bytes, planned were %d", name, planned.Label, need, planned.Memory)
			}
			rekeyed, err := stage.New(read.Kind, read.Version, w, read.Device, w.Inputs())
			if err != nil || rekeyed.Key != planned.Key {
				t.Errorf("%s, %s: has another key, error %v", name, planned.Label, err)
			}
		}
	}
	for _, row := range Kinds {
		if !met[row.Name] {
			t.Errorf("no plan has a %s stage", row.Name)
		}
	}
}

// A stage that another program planned, or for another device, is refused with the way out.
func TestStagesOfOtherPlansAreRefused(t *testing.T) {
	l := newLab(t)
	p := l.plan(t)
	i := slices.IndexFunc(p.Stages, func(s *stage.Stage) bool { return s.Kind == "generate" })
	for want, change := range map[string]func(*stage.Stage){
		`there is no kind of stage "guess"`:                                      func(s *stage.Stage) { s.Kind = "guess" },
		"was planned with version 99 of generate, but this congrad has version ": func(s *stage.Stage) { s.Version = 99 },
		`it was planned for the device "another", but this process has "a test"`: func(s *stage.Stage) { s.Device = "another" },
		"reading the settings of a generate stage: ":                             func(s *stage.Stage) { s.Settings = json.RawMessage(`{"Rows":"many"}`) },
		"the prompts have changed since the plan was made: they are now ":        func(s *stage.Stage) { s.Settings = json.RawMessage(`{"Asked":{"Source":"other"}}`) },
	} {
		s := *p.Stages[i]
		change(&s)
		s.Key = "changed"
		err := execute(t.Context(), &Plan{Experiment: p.Experiment, Stages: []*stage.Stage{&s}}, open(t, t.TempDir()), l.fresh(), &follower{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	s := *p.Stages[i]
	s.Device, l.bench.Device = "xla 12 threads 16", "xla 12 threads 4"
	_, err := Workshop(l.bench, p.Experiment)(t.Context(), &s, nil)
	if err == nil || !strings.Contains(err.Error(), "it was planned with 16 threads of XLA, but this process has 4") {
		t.Errorf("other threads: %v", err)
	}
}
