package run

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"testing"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/store"
)

// pretrained has a bench use the embedded model.
func (b *bench) pretrained(t *testing.T) {
	t.Helper()
	dir, err := fs.Sub(experiments.Files, "tiny/model")
	if err != nil {
		t.Fatal(err)
	}
	if b.env.Base, err = model.Open(dir); err != nil {
		t.Fatal(err)
	}
	b.env.Engine = nn.NewEngine(b.backend, b.env.Base.Config)
}

// measured runs one task of the untouched model in some languages, and returns what it recorded.
func (b *bench) measured(t *testing.T, x task.Task, languages []string, sets ...string) *record.Set {
	t.Helper()
	exam, err := data.FromTask(x, languages, b.languages)
	if err != nil {
		t.Fatal(err)
	}
	b.env.Exams = map[string]*data.Exam{x.Name: exam}
	e := b.plan(t, sets...).Experiment
	p := &planner{experiment: e, env: &b.env, plan: &Plan{Experiment: e}, byKey: map[string]*Stage{}}
	base, err := p.base()
	if err != nil {
		t.Fatal(err)
	}
	stage, err := p.task(base, x, languages, "test")
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	env := b.env
	env.Store, env.Report = st, &follower{}
	if err := Execute(context.Background(), &env, p.plan.Stages); err != nil {
		t.Fatal(err)
	}
	var set record.Set
	if err := (final{arm: e.Arms[0]}).collect(&env, stage, &set); err != nil {
		t.Fatal(err)
	}
	return &set
}

// The settings of the embedded world's tasks are part of the keys of recorded stages: not a byte may change.
func TestSettingsOfRecordedTasks(t *testing.T) {
	b := newBench(t)
	want := map[string]string{}
	for _, x := range []string{`"tiny-facts","Title":"facts, multiple choice","Kind":"choice"`, `"tiny-text","Title":"plain text","Kind":"text"`} {
		want[fmt.Sprintf(`{"Items":%q,"Task":{"Name":%s,"Source":"tiny"},"Languages":["en","de","sw"],"Per":2,"Tokens":256}`, b.env.Items.Version(), x)] = "1"
	}
	for _, s := range b.plan(t).Stages {
		if s.Kind == "task" {
			if want[string(s.meta.Settings)] == "" || s.meta.Version != 1 {
				t.Errorf("%s", s.meta.Settings)
			}
			want[string(s.meta.Settings)] = "met"
		}
	}
	for settings, met := range want {
		if met != "met" {
			t.Errorf("no task has the settings %s", settings)
		}
	}
}

func opened(t *testing.T, file string) task.Task {
	t.Helper()
	x, err := task.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Scores are those of lm-evaluation-harness with the same model and items (testdata/lmeval/make.py): the log-likelihood of
// every option, accuracies with and without normalisation, bits per byte, greedy answers.
func TestTasksAgreeWithLMEvaluationHarness(t *testing.T) {
	text, err := os.ReadFile("testdata/lmeval/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Task, Lang string
		Items      []struct {
			ID   string    `json:"id"`
			Nats []float64 `json:"log_likelihoods"`
			Text string    `json:"text"`
		}
		Acc   float64
		Chars float64 `json:"acc_norm"`
		Bytes float64 `json:"acc_bytes"`
		Bits  float64 `json:"bits_per_byte"`
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	b.pretrained(t)
	compared, worst := 0, 0.0
	for _, g := range golden {
		set := b.measured(t, opened(t, "testdata/lmeval/"+g.Task+".toml"), []string{g.Lang}, "evaluate.task_items=100", "batch.tokens=1024")
		want, texts := map[string][]float64{}, map[string]string{}
		for _, i := range g.Items {
			want[g.Lang+"/"+i.ID], texts[g.Lang+"/"+i.ID] = i.Nats, i.Text
		}
		close := func(item string, k int, got float64) {
			compared++
			if k >= len(want[item]) || math.IsNaN(got) {
				t.Fatalf("%s, %s: %d log-likelihoods, want %v", g.Task, item, k+1, want[item])
			}
			off := math.Abs(got - want[item][k])
			if worst = max(worst, off); off > 1e-3 {
				t.Errorf("%s, %s, option %d: log-likelihood %.5f, want %.5f", g.Task, item, k, got, want[item][k])
			}
		}
		n, acc, chars, bytes := 0.0, 0.0, 0.0, 0.0
		one := map[bool]float64{true: 1}
		for _, c := range set.Choices {
			for k, nats := range c.LogLikelihoods {
				close(c.Item, k, nats)
			}
			n, acc, chars, bytes = n+1, acc+one[c.Correct], chars+one[*c.CorrectChars], bytes+one[c.CorrectNorm]
		}
		for _, r := range set.Replies {
			n++
			if text, ok := texts[r.Item]; !ok || r.Text != text {
				t.Errorf("%s, %s: answered %q, want %q", g.Task, r.Item, r.Text, text)
			}
		}
		bits, length := 0.0, 0
		for _, p := range set.Passages {
			close(p.Item, 0, -p.Bits*math.Ln2)
			n, bits, length = n+1, bits+p.Bits, length+p.Bytes
		}
		if int(n) != len(g.Items) || n == 0 {
			t.Fatalf("%s: %g items, want %d", g.Task, n, len(g.Items))
		}
		if length > 0 {
			if got := bits / float64(length); math.Abs(got-g.Bits) > 1e-4 {
				t.Errorf("%s, %s: %.6f bits per byte, want %.6f", g.Task, g.Lang, got, g.Bits)
			}
			continue
		}
		for _, x := range []struct {
			name      string
			got, want float64
		}{{"acc", acc / n, g.Acc}, {"acc_norm", chars / n, g.Chars}, {"acc_bytes", bytes / n, g.Bytes}} {
			if x.got != x.want {
				t.Errorf("%s, %s: %s %g, want %g", g.Task, g.Lang, x.name, x.got, x.want)
			}
		}
	}
	t.Logf("%d log-likelihoods, %.1e apart at the most", compared, worst)
}

// batchBound is how far a log-likelihood may move with the items beside it [nats].
const batchBound = 1e-4

// Scores depend on neither the items beside them nor padding, but for rounding: few options to a batch, and many in
// one, padded to the longest.
func TestScoresAreIndependentOfBatches(t *testing.T) {
	gemma, err := model.OpenConfig(os.DirFS("../nn/testdata/families/gemma2"))
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	gemma.Vocab = b.env.Base.Config.Vocab
	random := &model.Folder{Config: gemma, Tokenizer: b.env.Base.Tokenizer, Weights: model.New(gemma, 1)}
	for _, tensor := range random.Weights.Tensors { // far from uniform predictions, and windows, caps and norms that would show padding
		for i := range tensor {
			tensor[i] *= 8
		}
	}
	b.pretrained(t)
	languages := []string{"en", "ja"}
	devicetest.Each(t, func(t *testing.T, backend device.Backend) {
		for name, base := range map[string]*model.Folder{"embedded": b.env.Base, "gemma2": random} {
			b := *b
			b.env.Base, b.env.Engine = base, nn.NewEngine(backend, base.Config)
			x := opened(t, "testdata/lmeval/labelled.toml")
			alone := b.measured(t, x, languages, "evaluate.task_items=100", "batch.tokens=64")
			together := b.measured(t, x, languages, "evaluate.task_items=100", "batch.tokens=2048")
			worst, least := 0.0, 0.0
			for i, c := range together.Choices {
				for k, nats := range c.LogLikelihoods {
					worst = max(worst, math.Abs(nats-alone.Choices[i].LogLikelihoods[k]))
					least = min(least, nats)
				}
			}
			t.Logf("%s: %.1e nats apart at the most, the lowest is %.1f", name, worst, least)
			if worst > batchBound || least > -1 {
				t.Errorf("%s: scores move by %g nats with their batches (the lowest is %g)", name, worst, least)
			}
		}
	})
}
