package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/pretrain"
	"congrad/harness/record"
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

// bench is what tests run studies with: a model of random weights under the embedded tokenizer, in a world of three
// languages.
type bench struct {
	languages lang.Table
	tasks     []task.Task
	backend   device.Backend
	env       Env
}

func newBench(t *testing.T) *bench {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{}
	var err error
	b.languages, err = lang.Load(experiments.Files, "languages")
	must(err)
	b.tasks, err = task.Load(experiments.Files, "tasks")
	must(err)
	tokenizer, err := experiments.Files.ReadFile("tiny/model/tokenizer.json")
	must(err)
	parsed, err := text.Parse(tokenizer)
	must(err)
	b.env.Chat, err = text.NewChat(parsed)
	must(err)
	settings := world.Defaults()
	settings.Languages, settings.Under = []string{"en", "de", "sw"}, nil
	w, err := world.Open(experiments.Files, settings)
	must(err)
	b.env.World = w
	b.env.Recipe, err = pretrain.Load(experiments.Files, "tiny/base.toml")
	must(err)
	b.env.Items = data.FromWorld(w)
	b.env.Source = b.env.Items
	c := model.Config{Vocab: parsed.Size(), Hidden: 16, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 8, FFN: 24, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	b.env.Base = &model.Folder{Config: c, Tokenizer: tokenizer, Weights: model.New(c, 1)}
	for _, digit := range b.env.Chat.Encode("12345") { // loud enough to be the likeliest tokens, so that judging finds digits
		for i := range c.Hidden {
			b.env.Base.Weights.Tensors[0][digit*c.Hidden+i] *= 30
		}
	}
	b.env.Device, b.env.Backend = "a test", "pure Go"
	b.backend, _, err = device.Open("go")
	must(err)
	b.env.Engine = nn.NewEngine(b.backend, c)
	return b
}

// plan lays out small with changes.
func (b *bench) plan(t *testing.T, sets ...string) *Plan {
	t.Helper()
	return b.planOf(t, small, sets...)
}

// planOf lays out an experiment with changes.
func (b *bench) planOf(t *testing.T, source string, sets ...string) *Plan {
	t.Helper()
	known := config.World{
		Languages: b.languages.Codes(), Model: func(string) error { return nil }, Aggregators: []string{"pcgrad", "mean", "gradvac"},
		Measured: func(string, string, []string) error { return nil },
	}
	for _, x := range b.tasks {
		known.Tasks = append(known.Tasks, x.Name)
	}
	e, err := config.Load("small.toml", []byte(source), sets, known)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(e, &b.env, b.tasks)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// run executes a plan in the store at dir and returns its records as files.
func (b *bench) run(t *testing.T, ctx context.Context, p *Plan, dir string, r Reporter) (map[string][]byte, error) {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	env := b.env
	env.Store, env.Report = st, r
	if err := Execute(ctx, &env, p.Stages); err != nil {
		return nil, err
	}
	set, err := p.Records(&env, b.languages)
	if err != nil {
		return nil, err
	}
	return set.Files()
}

// follower notes the kind of the running stage at every sign of life and cancels at the at-th.
type follower struct {
	at     int
	cancel context.CancelFunc
	kind   string
	kinds  []string // one for each event
	ran    int
}

func (f *follower) event() {
	f.kinds = append(f.kinds, f.kind)
	if len(f.kinds) == f.at {
		f.cancel()
	}
}

func (f *follower) Begin(s *Stage, _, _ int) { f.kind = s.Kind; f.event() }
func (f *follower) Advance(int, int)         { f.event() }
func (f *follower) Loss(float64)             { f.event() }
func (f *follower) Note(string)              {}
func (f *follower) End(_ *Stage, reused bool, _ time.Duration) {
	if !reused {
		f.ran++
	}
}

// A run that is stopped in any kind of stage, in its middle or at its end, goes on to the same records; one that is
// finished does no work.
func TestStoppedRunsGoOnToTheSameRecords(t *testing.T) {
	b := newBench(t)
	p := b.plan(t)
	dir, whole := t.TempDir(), &follower{}
	want, err := b.run(t, context.Background(), p, dir, whole)
	if err != nil {
		t.Fatal(err)
	}
	again := &follower{}
	if got, err := b.run(t, context.Background(), p, dir, again); err != nil || again.ran != 0 || !equal(got, want) {
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
			_, err := b.run(t, ctx, b.plan(t), dir, &follower{at: at, cancel: cancel})
			cancel()
			if at < len(whole.kinds) && !errors.Is(err, context.Canceled) {
				t.Errorf("stopped at event %d, in a %s stage: error %v", at, kind, err)
			}
			got, err := b.run(t, context.Background(), b.plan(t), dir, &follower{})
			if err != nil {
				t.Errorf("going on after event %d, in a %s stage: %v", at, kind, err)
			} else if !equal(got, want) {
				t.Errorf("stopped at event %d, in a %s stage, a run goes on to other records", at, kind)
			}
		}
	}
	for _, kind := range []string{"generate", "judge", "reference", "gradients", "select", "fidelity", "train", "answer", "task"} {
		if len(events[kind]) < 2 {
			t.Errorf("a %s stage reported nothing, so it was not stopped", kind)
		}
	}
}

func equal(a, b map[string][]byte) bool {
	return maps.EqualFunc(a, b, func(x, y []byte) bool { return string(x) == string(y) })
}

// Where the judge never tells answers apart by enough, arms train on nothing and stay what they were.
func TestRunWithoutAnyPair(t *testing.T) {
	b := newBench(t)
	files, err := b.run(t, context.Background(), b.planOf(t, every(), "pair.min_gap=10"), t.TempDir(), &follower{})
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
	b, dir := newBench(t), t.TempDir()
	kind, _ := config.FindField("loss.kind")
	for _, kind := range kind.Words {
		files, err := b.run(t, context.Background(), b.plan(t, "loss.kind="+kind, "loss.beta=0.5"), dir, &follower{})
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
	dir := Folder(t.TempDir())
	for name, data := range files {
		if err := dir.Write("records/"+name, data); err != nil {
			t.Fatal(err)
		}
	}
	set, err := record.Load(dir.Records())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Without compression the filter's scores are those of the fidelity stage, whatever the sketch beside which it stands.
func TestExactScores(t *testing.T) {
	b := newBench(t)
	var first []record.Fidelity
	for _, kind := range []string{"exact", "flora", "logra"} {
		files, err := b.run(t, context.Background(), b.plan(t, "congrad.sketch="+kind, "congrad.fidelity_pairs=100"), t.TempDir(), &follower{})
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
