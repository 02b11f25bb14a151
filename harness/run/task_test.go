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
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/kind"
	"congrad/harness/kind/evaluation"
	"congrad/harness/kind/sampling"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// pretrained has a lab use the embedded model.
func (l *lab) pretrained(t *testing.T) {
	t.Helper()
	dir, err := fs.Sub(experiments.Files, "tiny/base-1")
	if err != nil {
		t.Fatal(err)
	}
	if l.bench.Base, err = model.Open(dir); err != nil {
		t.Fatal(err)
	}
	l.bench.Config = l.bench.Base.Config
	l.bench.Engine = nn.NewEngine(l.backend, l.bench.Config)
}

// measured runs one task of the base model in some languages, and returns what it recorded.
func (l *lab) measured(t *testing.T, x task.Task, languages []string, sets ...string) *record.Set {
	t.Helper()
	exam, err := data.FromTask(x, languages, l.languages)
	if err != nil {
		t.Fatal(err)
	}
	l.bench.Exams = map[string]*data.Exam{x.Name: exam}
	e := l.plan(t, sets...).Experiment
	b := l.fresh()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	model, err := sampling.BaseOf(e, b, b.Base)
	must(err)
	base, err := stageOf(model, "")
	must(err)
	w, err := evaluation.TaskOf(b, bench.Policy{Stage: base.Key}, x, languages, e.Evaluate.TaskItems, e.Batch.Tokens, e.Batch.Rows)
	must(err)
	s, err := stageOf(w, b.Device)
	must(err)
	p, st := &Plan{Experiment: e, Stages: []*stage.Stage{base, s}}, open(t, t.TempDir())
	must(execute(context.Background(), p, st, b, &follower{}))
	var set record.Set
	if err := (collector{p, st, b, &set}).record(kind.Place{Arm: e.Arms[0]}, s); err != nil {
		t.Fatal(err)
	}
	return &set
}

// The settings of the embedded world's tasks are part of the keys of recorded stages: not a byte may change without a new version.
func TestSettingsOfRecordedTasks(t *testing.T) {
	l := newLab(t)
	met, p := map[string]int{}, l.plan(t)
	stages := by(p)
	for _, s := range p.Stages {
		var x string
		switch s.Kind {
		case "choices":
			x = `"tiny-facts","Title":"facts, multiple choice","Kind":"choice"`
		case "passages":
			x = `"tiny-text","Title":"plain text","Kind":"text"`
		default:
			continue
		}
		trained := stages[s.Inputs[0]].Kind == "train"
		want := fmt.Sprintf(`{"Policy":{"Stage":%q,"Trained":%v},"Items":%q,"Task":{"Name":%s,"Source":"tiny"},"Languages":["en","de","sw"],"Per":2,"Batch":256}`,
			s.Inputs[0], trained, l.bench.Items.Version(), x)
		if string(s.Settings) != want || s.Version != 3 {
			t.Errorf("version %d, settings\n%s, want\n%s", s.Version, s.Settings, want)
		}
		met[fmt.Sprint(s.Kind, " ", trained)]++
	}
	for _, x := range []string{"choices false", "choices true", "passages false", "passages true"} {
		if met[x] == 0 {
			t.Errorf("no task was met of %s", x)
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
	if testing.Short() {
		t.Skip("slow: answers every recorded item")
	}
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
	l := newLab(t)
	l.pretrained(t)
	compared, worst := 0, 0.0
	for _, g := range golden {
		set := l.measured(t, opened(t, "testdata/lmeval/"+g.Task+".toml"), []string{g.Lang}, "evaluate.task_items=100", "batch.tokens=1024")
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
	if testing.Short() {
		t.Skip("slow: scores items in several batch sizes")
	}
	gemma, err := model.OpenConfig(os.DirFS("../nn/testdata/families/gemma2"))
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t)
	gemma.Vocab = l.bench.Base.Config.Vocab
	random := &model.Folder{Config: gemma, Tokenizer: l.bench.Base.Tokenizer, Weights: model.New(gemma, 1)}
	for _, tensor := range random.Weights.Tensors { // far from uniform predictions, and windows, caps and norms that would show padding
		for i := range tensor {
			tensor[i] *= 8
		}
	}
	l.pretrained(t)
	embedded := l.bench.Base
	languages := []string{"en", "ja"}
	devicetest.Each(t, func(t *testing.T, backend device.Backend) {
		for name, base := range map[string]*model.Folder{"embedded": embedded, "gemma2": random} {
			l.bench.Base, l.bench.Engine, l.bench.Config = base, nn.NewEngine(backend, base.Config), base.Config
			x := opened(t, "testdata/lmeval/labelled.toml")
			alone := l.measured(t, x, languages, "evaluate.task_items=100", "batch.tokens=64")
			together := l.measured(t, x, languages, "evaluate.task_items=100", "batch.tokens=2048")
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
