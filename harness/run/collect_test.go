package run

import (
	"reflect"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"

	"github.com/google/go-cmp/cmp"
)

// The report says what an arm does otherwise than the experiment, as far as the arm uses it, and what the filter keeps.
func TestFactsOfArms(t *testing.T) {
	source := `
name = "x"
model = "x"
[languages]
seen = ["en", "de"]
[keep]
threshold = 0.1
[evaluate]
opponent = "baseline"
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
	e, err := config.Load("x.toml", []byte(source), nil, config.World{
		Languages: []string{"en", "de"}, Model: func(string) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	shape := model.Config{Vocab: 5, Hidden: 4, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, FFN: 6, RopeBase: 1e4, NormEps: 1e-5}
	facts, err := (&Plan{Experiment: e}).facts(nil, &bench.Bench{Config: shape, Base: &model.Folder{Config: shape, Weights: model.New(shape, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	var got []record.Fact
	for _, f := range facts {
		if strings.HasSuffix(f.Name, ": kept") || strings.HasSuffix(f.Name, ": compared with") || strings.HasSuffix(f.Name, ": in each step") || strings.HasSuffix(f.Name, ": changed from the experiment") {
			got = append(got, f)
		}
	}
	want := []record.Fact{
		{Name: "joint: changed from the experiment", Value: "learning rate 0.0001"},
		{Name: "congrad: compared with", Value: "consensus: pcgrad of ema gradients by direction, by cosine, own share left out"},
		{Name: "congrad: kept", Value: "pairs that score at least 0.1"},
		{Name: "likelihood: changed from the experiment", Value: "loss dpo_nll, nll weight 1"},
		{Name: "third: changed from the experiment", Value: "beta 0.2, leave one out false, share 0.3"},
		{Name: "third: compared with", Value: "consensus: pcgrad of ema gradients by direction, by cosine"},
		{Name: "third: kept", Value: "the best 30 % of each language's pairs"},
		{Name: "global: changed from the experiment", Value: "share 0.25, quota global"},
		{Name: "global: compared with", Value: "consensus: pcgrad of ema gradients by direction, by cosine, own share left out"},
		{Name: "global: kept", Value: "the best 25 % of all pairs together"},
		{Name: "own: changed from the experiment", Value: "ema decay 0.5"},
		{Name: "own: compared with", Value: "ema gradient of the own language, by cosine, own share left out"},
		{Name: "own: kept", Value: "pairs that score at least 0.1"},
		{Name: "held: changed from the experiment", Value: "held back 0.3"},
		{Name: "held: compared with", Value: "mean gradient of the 30 % of each language's pairs that are held back, by cosine"},
		{Name: "held: kept", Value: "pairs that score at least 0.1"},
		{Name: "step: changed from the experiment", Value: "aggregator of steps mean"},
		{Name: "step: in each step", Value: "gradients of the languages in the batch, combined by mean; up to 2 are in memory together, 0.00 MB"},
		{Name: "margin: kept", Value: "pairs that score at least 0.1"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLossesInWords(t *testing.T) {
	for want, l := range map[string]config.Loss{
		"DPO, beta 0.1, length penalty 0.01 per token":                          {Kind: "dpo", Beta: 0.1, LengthPenalty: 0.01},
		"robust DPO, beta 0.1, length penalty 0 per token, label smoothing 0.2": {Kind: "robust", Beta: 0.1, LabelSmoothing: 0.2},
		"IPO, beta 2":                      {Kind: "ipo", Beta: 2},
		"SimPO, beta 2, target margin 0.5": {Kind: "simpo", Beta: 2, TargetMargin: 0.5},
	} {
		if got := lossInWords(l); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What a file may name, the device knows, and it is given every parameter.
func TestLossesReachTheDevice(t *testing.T) {
	field, _ := config.FindField("loss.kind")
	var known []string
	for _, l := range loss.Kinds() {
		known = append(known, l.Name)
	}
	if d := cmp.Diff(field.Words, known); d != "" {
		t.Error(d)
	}
	var l config.Loss
	from := reflect.ValueOf(&l).Elem()
	for i := range from.NumField() {
		if f := from.Field(i); f.Kind() == reflect.Float64 {
			f.SetFloat(float64(i))
		}
	}
	to := reflect.ValueOf(l)
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		if got := to.FieldByName(name); !got.IsValid() || !got.Equal(from.Field(i)) || to.NumField() != from.NumField() {
			t.Errorf("%s does not arrive", name)
		}
	}
}
