package run

import (
	"testing"

	"congrad/experiments"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/record"
	"congrad/results/records"

	"github.com/google/go-cmp/cmp"
)

// variedArms are arms that change settings, some of which nothing uses.
const variedArms = `
name = "x"
model = "x"
[languages]
seen = ["en", "de"]
[keep]
threshold = 0.1
[evaluate]
opponent = "baseline"
reference = "joint"
[[arms]]
name = "baseline"
select = "none"
[arms.loss]
beta = 0.5 # which nothing uses
[[arms]]
name = "joint"
select = "all"
[arms.train]
learning_rate = 1e-4
[arms.keep]
share = 0.1 # as little
[[arms]]
name = "congrad"
select = "congrad"
[[arms]]
name = "likelihood"
select = "all"
[arms.loss]
kind = "dpo_nll"
[[arms]]
name = "third"
select = "congrad"
[arms.congrad]
leave_one_out = false
[arms.keep]
share = 0.3
[arms.loss]
beta = 0.2
length_penalty = 0.01 # as everywhere
[[arms]]
name = "global"
select = "congrad"
[arms.keep]
share = 0.25
quota = "global"
[[arms]]
name = "own"
select = "own_language"
[arms.congrad]
ema_decay = 0.5
aggregator = "mean" # of which it has none
[[arms]]
name = "held"
select = "validation"
[arms.congrad]
held_back = 0.3
leave_one_out = false # where the pair is no part
[[arms]]
name = "step"
select = "all"
[arms.train]
aggregator = "mean"
[[arms]]
name = "margin"
select = "reward_margin"
[arms.congrad]
sketch_rank = 3 # of no gradient
`

// Records say what an arm does otherwise than the experiment, as far as the arm uses it, and leave out what it does not.
func TestFieldsOfArms(t *testing.T) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Load("x.toml", []byte(variedArms), nil, config.World{Languages: languages, Model: func(string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	shape := model.Config{Vocab: 5, Hidden: 4, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, FFN: 6, RopeBase: 1e4, NormEps: 1e-5}
	b := &bench.Bench{Config: shape, Base: &model.Folder{Config: shape, Weights: model.New(shape, 1)}}
	type fields struct {
		Changed   []record.Setting
		Keep      *record.Keep
		Gradients *record.Gradients
		Sketch    string
		Loss      string
		Trained   bool
		Mode      string
	}
	got := map[string]fields{}
	for i, a := range e.Arms {
		arm, err := (&Plan{Experiment: e}).armFields(nil, b, a, e.Changed(i))
		if err != nil {
			t.Fatal(err)
		}
		f := fields{arm.Changed, arm.Keep, arm.Gradients, "", "", arm.Train != nil, arm.Mode}
		if arm.Sketch != nil {
			f.Sketch = arm.Sketch.Kind
		}
		if arm.Loss != nil {
			f.Loss = arm.Loss.Title
		}
		if arm.Select != a.Select || arm.Policy != "shared" || arm.Trained != f.Trained {
			t.Errorf("%s: %+v", a.Name, arm)
		}
		got[a.Name] = f
	}
	changed := func(keyed ...string) (list []record.Setting) {
		for i := 0; i < len(keyed); i += 2 {
			list = append(list, record.Setting{Key: keyed[i], Value: keyed[i+1]})
		}
		return list
	}
	least := 0.1
	share := func(s float64, quota string) *record.Keep { return &record.Keep{Share: s, Quota: quota} }
	above := &record.Keep{Threshold: &least}
	consensus := func(leaveOut bool) *record.Gradients {
		return &record.Gradients{With: record.WithConsensus, Similarity: "cosine", LanguageGradient: "ema", EMADecay: 0.99, Normalise: "unit", Aggregator: "pcgrad", LeaveOneOut: leaveOut}
	}
	want := map[string]fields{
		"baseline":   {},
		"joint":      {Changed: changed("train.learning_rate", "0.0001"), Loss: "DPO", Trained: true},
		"congrad":    {Keep: above, Gradients: consensus(true), Sketch: "flora", Loss: "DPO", Trained: true, Mode: "offline"},
		"likelihood": {Changed: changed("loss.kind", "dpo_nll", "loss.nll_weight", "1"), Loss: "DPO+NLL", Trained: true},
		"third": {
			Changed: changed("loss.beta", "0.2", "congrad.leave_one_out", "false", "keep.share", "0.3"), Keep: share(0.3, "language"),
			Gradients: consensus(false), Sketch: "flora", Loss: "DPO", Trained: true, Mode: "offline",
		},
		"global": {
			Changed: changed("keep.share", "0.25", "keep.quota", "global"), Keep: share(0.25, "global"),
			Gradients: consensus(true), Sketch: "flora", Loss: "DPO", Trained: true, Mode: "offline",
		},
		"own": {
			Changed: changed("congrad.ema_decay", "0.5"), Keep: above, Sketch: "flora", Loss: "DPO", Trained: true,
			Gradients: &record.Gradients{With: record.WithLanguage, Similarity: "cosine", LanguageGradient: "ema", EMADecay: 0.5, LeaveOneOut: true},
		},
		"held": {
			Changed: changed("congrad.held_back", "0.3"), Keep: above, Sketch: "flora", Loss: "DPO", Trained: true,
			Gradients: &record.Gradients{With: record.WithHeldBack, Similarity: "cosine", HeldBack: 0.3},
		},
		"step":   {Changed: changed("train.aggregator", "mean"), Loss: "DPO", Trained: true},
		"margin": {Keep: above, Loss: "DPO", Trained: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Every way of ranking pairs has words for its scores in reports.
func TestScoresHaveWords(t *testing.T) {
	for _, s := range method.Selectors {
		words := records.Score(record.Arm{Select: s.Name, Keep: &record.Keep{Share: 0.5}})
		if (s.Scores != nil) != (words != "score") {
			t.Errorf("%s ranks pairs by %q (results/records/words.go)", s.Name, words)
		}
	}
}
