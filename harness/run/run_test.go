package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/pretrain"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/world"
)

// small is a study of all kinds of stages that takes about a second on the pure-Go backend.
const small = `
name = "small"
model = "random"
seeds = [1]
iterations = 1
[languages]
seen = ["en", "de"]
unseen = ["sw"]
[prompts]
per_language = 3
[generate]
samples = 2
max_tokens = 4
[train]
learning_rate = 1e-3
batch_pairs = 2
[congrad]
sketch_rank = 2
fidelity_pairs = 4
[evaluate]
opponent = "baseline"
reference = "joint"
per_language = 2
tasks = ["tiny-facts", "tiny-text"]
task_items = 2
[batch]
rows = 4
tokens = 256
[[arms]]
name = "baseline"
select = "none"
[[arms]]
name = "joint"
select = "all"
[[arms]]
name = "congrad"
select = "congrad"
[[arms]]
name = "random"
select = "random"
match = "congrad"
`

// every is small with an arm for every selector.
func every() string {
	source := small
	for _, s := range method.Selectors {
		if s.Scores != nil && s.Name != "congrad" {
			source += fmt.Sprintf("[[arms]]\nname = %q\nselect = %q\n[arms.congrad]\nmode = \"offline\"\n", s.Name, s.Name)
		}
	}
	return source
}

// lab is what tests run studies with: a model of random weights under the embedded tokenizer, in a world of three languages.
type lab struct {
	languages lang.Table
	tasks     []task.Task
	backend   device.Backend
	bench     *bench.Bench
}

func newLab(t *testing.T) *lab {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l := &lab{bench: &bench.Bench{}}
	var err error
	l.languages, err = lang.Load(experiments.Files, "languages")
	must(err)
	l.tasks, err = task.Load(experiments.Files, "tasks")
	must(err)
	tokenizer, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	must(err)
	parsed, err := text.Parse(tokenizer)
	must(err)
	l.bench.Chat, err = text.NewChat(parsed)
	must(err)
	settings := world.Defaults()
	settings.Languages, settings.Under = []string{"en", "de", "sw"}, nil
	w, err := world.Open(experiments.Files, settings)
	must(err)
	l.bench.World = w
	l.bench.Recipe, err = pretrain.Load(experiments.Files, "tiny/world-1.toml")
	must(err)
	l.bench.Items = data.FromWorld(w)
	l.bench.Source = l.bench.Items
	c := model.Config{Vocab: parsed.Size(), Hidden: 16, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 8, FFN: 24, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	l.bench.Config = c
	l.bench.Base = &model.Folder{Config: c, Tokenizer: tokenizer, Weights: model.New(c, 1)}
	for _, digit := range l.bench.Chat.Encode("12345") { // loud enough to be the likeliest tokens, so that judging finds digits
		for i := range c.Hidden {
			l.bench.Base.Weights.Tensors[0][digit*c.Hidden+i] *= 30
		}
	}
	l.bench.Device, l.bench.Backend = "a test", "pure Go"
	l.backend, _, err = device.Open("go")
	must(err)
	l.bench.Engine = nn.NewEngine(l.backend, c)
	return l
}

// plan lays out small with changes.
func (l *lab) plan(t *testing.T, sets ...string) *Plan {
	t.Helper()
	return l.planOf(t, small, sets...)
}

// planOf lays out an experiment with changes.
func (l *lab) planOf(t *testing.T, source string, sets ...string) *Plan {
	t.Helper()
	known := config.World{
		Languages: l.languages, Model: func(string) error { return nil },
		Measured: func(string, string, []string) error { return nil },
	}
	for _, x := range l.tasks {
		known.Tasks = append(known.Tasks, x.Name)
	}
	e, err := config.Load("small.toml", []byte(source), sets, known)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(e, l.bench, l.tasks)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// fresh is the same bench as another process has it: with no weights on the device and no sketches at hand.
func (l *lab) fresh() *bench.Bench {
	b := l.bench
	return &bench.Bench{
		Engine: b.Engine, Config: b.Config, Chat: b.Chat, Source: b.Source, Items: b.Items, Exams: b.Exams, Answers: b.Answers, World: b.World,
		Recipe: b.Recipe, Base: b.Base, Others: b.Others, Device: b.Device, Backend: b.Backend, AtOnce: b.AtOnce,
	}
}

// open opens the store at dir.
func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// execute does the stages of a plan on a bench.
func execute(ctx context.Context, p *Plan, st *store.Store, b *bench.Bench, r stage.Reporter) error {
	x := stage.Executor{Store: st, Report: r, Work: Workshop(b, p.Experiment), AtOnce: b.AtOnce}
	return x.Run(ctx, p.Stages)
}

// run executes a plan in the store at dir and returns its records as files.
func (l *lab) run(t *testing.T, ctx context.Context, p *Plan, dir string, r stage.Reporter) (map[string][]byte, error) {
	t.Helper()
	st := open(t, dir)
	defer st.Close()
	b := l.fresh()
	if err := execute(ctx, p, st, b, r); err != nil {
		return nil, err
	}
	set, err := p.Records(st, b, l.languages)
	if err != nil {
		return nil, err
	}
	return set.Files()
}

// follower notes the kind of the stage at every sign of life and cancels at the at-th, or at the first that until picks.
type follower struct {
	at     int
	until  func(kind, sign string) bool
	cancel context.CancelFunc

	mu    sync.Mutex
	kinds []string // one for each sign of life
	ran   int      // stages that were finished
	open  int      // stages that are at work
	most  int      // of those
}

func (f *follower) sign(kind, sign string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kinds = append(f.kinds, kind)
	if len(f.kinds) == f.at || f.until != nil && f.until(kind, sign) {
		f.cancel()
	}
}

func (f *follower) Begin(s *stage.Stage, _, _ int) stage.Line {
	f.mu.Lock()
	f.open++
	f.most = max(f.most, f.open)
	f.mu.Unlock()
	f.sign(s.Kind, "begin")
	return followed{f, s.Kind}
}

func (f *follower) Reused(*stage.Stage) {}

// followed is the line of a stage of some kind.
type followed struct {
	*follower
	kind string
}

func (f followed) Expect(int)       {}
func (f followed) Advance(int, int) { f.sign(f.kind, "advance") }
func (f followed) Loss(float64)     { f.sign(f.kind, "loss") }
func (f followed) Note(string)      {}

func (f followed) End(finished bool, _ time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open--
	if finished {
		f.ran++
	}
}

// by indexes the stages of a plan by their keys.
func by(p *Plan) map[stage.Ref]*stage.Stage {
	stages := map[stage.Ref]*stage.Stage{}
	for _, s := range p.Stages {
		stages[s.Key] = s
	}
	return stages
}

// A run that is stopped in any kind of stage, in its middle or at its end, goes on to the same records; one that is
// finished does no work.
func TestStoppedRunsGoOnToTheSameRecords(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	p := l.plan(t)
	dir, whole := t.TempDir(), &follower{}
	want, err := l.run(t, context.Background(), p, dir, whole)
	if err != nil {
		t.Fatal(err)
	}
	again := &follower{}
	if got, err := l.run(t, context.Background(), p, dir, again); err != nil || again.ran != 0 || !equal(got, want) {
		t.Errorf("a finished run did %d stages, error %v", again.ran, err)
	}
	if set := load(t, want); len(set.Pairs) != 2*3*3 {
		t.Errorf("%d pairs in three arms, two languages and three prompts", len(set.Pairs))
	}
	events := map[string][]int{}
	for i, kind := range whole.kinds {
		events[kind] = append(events[kind], i+1)
	}
	for _, kind := range slices.Sorted(maps.Keys(events)) {
		of := events[kind]
		for _, at := range slices.Compact([]int{of[len(of)/2], of[len(of)-1]}) {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(context.Background())
			_, err := l.run(t, ctx, l.plan(t), dir, &follower{at: at, cancel: cancel})
			cancel()
			if at < len(whole.kinds) && !errors.Is(err, context.Canceled) {
				t.Errorf("stopped at event %d, in a %s stage: error %v", at, kind, err)
			}
			got, err := l.run(t, context.Background(), l.plan(t), dir, &follower{})
			if err != nil {
				t.Errorf("going on after event %d, in a %s stage: %v", at, kind, err)
			} else if !equal(got, want) {
				t.Errorf("stopped at event %d, in a %s stage, a run goes on to other records", at, kind)
			}
		}
	}
	for kind, signs := range map[string]int{
		"generate": 2, "judge": 2, "reference": 2, "gradients": 2, "fidelity": 2, "train": 2, "answer": 2, "choices": 2, "passages": 2,
		"select": 1, "random": 1, // quick: they are stopped at their start, and a selection makes the sketches again
	} {
		if len(events[kind]) < signs {
			t.Errorf("a %s stage reported nothing, so it was not stopped", kind)
		}
	}
}

func equal(a, b map[string][]byte) bool {
	return maps.EqualFunc(a, b, func(x, y []byte) bool { return string(x) == string(y) })
}

// Where the judge never tells answers apart by enough, arms train on nothing and stay what they were.
func TestRunWithoutAnyPair(t *testing.T) {
	l := newLab(t)
	files, err := l.run(t, context.Background(), l.planOf(t, every(), "pair.min_gap=10"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	if len(set.Pairs) != 0 || len(set.Steps) != 0 || len(set.Fidelity) != 0 {
		t.Errorf("%d pairs, %d steps, %d compared gradients", len(set.Pairs), len(set.Steps), len(set.Fidelity))
	}
	if len(set.Evaluations) != len(set.Study.Arms)*3*2 {
		t.Fatalf("%d evaluations", len(set.Evaluations))
	}
	for _, e := range set.Evaluations {
		if e.Win != 0.5 {
			t.Errorf("%s, untrained, wins %g against itself", e.Arm, e.Win)
		}
	}
}

// Every loss goes through all stages: what the reference stage left suffices for it, and training starts where that is.
func TestRunWithEveryLoss(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l, dir := newLab(t), t.TempDir()
	kind, _ := config.FindField("loss.kind")
	for _, kind := range kind.Words {
		files, err := l.run(t, context.Background(), l.plan(t, "loss.kind="+kind, "loss.beta=0.5"), dir, &follower{})
		if err != nil {
			t.Fatal(err)
		}
		set := load(t, files)
		if len(set.Steps) == 0 || len(set.Consensus) != 1 {
			t.Errorf("%s: %d steps, %d rounds of scoring", kind, len(set.Steps), len(set.Consensus))
		}
		for _, s := range set.Steps {
			if kind != "simpo" && s.Step == 1 && math.Abs(s.Margin) > 1e-4 {
				t.Errorf("%s: %s starts with the margin %g", kind, s.Arm, s.Margin)
			}
		}
	}
}

// load reads records back from their files.
func load(t *testing.T, files map[string][]byte) *record.Set {
	t.Helper()
	out := writer(t, Folder(t.TempDir()))
	for name, data := range files {
		if err := out.Write("records/"+name, data); err != nil {
			t.Fatal(err)
		}
	}
	set, err := record.Load(out.Records())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Without compression the filter's scores are those of the fidelity stage, whatever the sketch beside which it stands.
func TestExactScores(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	var first []record.Fidelity
	for _, kind := range []string{"exact", "flora", "logra"} {
		files, err := l.run(t, context.Background(), l.plan(t, "congrad.sketch="+kind, "congrad.fidelity_pairs=100"), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		set := load(t, files)
		if first == nil {
			first = set.Fidelity
		}
		if len(set.Fidelity) != 6 {
			t.Fatalf("%s: %d pairs are compared", kind, len(set.Fidelity))
		}
		for i, f := range set.Fidelity {
			if math.Abs(f.Exact-first[i].Exact) > 1e-12 {
				t.Errorf("%s: pair %d scores %g exactly, beside no sketch %g", kind, i, f.Exact, first[i].Exact)
			}
			if same := math.Abs(f.Sketched-f.Exact) < 1e-6; same != (kind == "exact") {
				t.Errorf("%s: pair %d scores %g, exactly %g", kind, i, f.Sketched, f.Exact)
			}
		}
		if c := set.Consensus[0]; len(c.MeanGram) != 2 || c.MeanGram[0][0] <= 0 || len(c.KeptGram) != 2 || c.KeptGram[0][0] <= 0 {
			t.Errorf("%s: Gram matrices %v and %v", kind, c.MeanGram, c.KeptGram)
		}
	}
}
