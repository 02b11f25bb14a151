// Package config reads an experiment file into a checked Experiment.
//
// Reading is strict: unknown keys, wrong types, values out of range and impossible combinations are all reported at once,
// each with its file and line. Every value that a file does not give has a default with a source (Fields), and nothing
// else is configurable.
package config

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
)

// Experiment is one experiment file with every value spelled out.
type Experiment struct {
	Name       string   `toml:"name"`
	Title      string   `toml:"title"`
	Model      string   `toml:"model"`
	Bases      []string `toml:"bases"` // further models; seeds 1, 2, ... start from model and these in turn
	Precision  string   `toml:"precision"`
	Seeds      []uint64 `toml:"seeds"`
	Iterations int      `toml:"iterations"`

	Chat      Chat      `toml:"chat"`
	LoRA      LoRA      `toml:"lora"`
	Base      Base      `toml:"base"`
	Languages Languages `toml:"languages"`
	Prompts   Prompts   `toml:"prompts"`
	Generate  Generate  `toml:"generate"`
	Judge     Judge     `toml:"judge"`
	Pair      Pair      `toml:"pair"`
	Pairs     Pairs     `toml:"pairs"`
	Loss      loss.Loss `toml:"loss"`
	Train     Train     `toml:"train"`
	ConGrad   ConGrad   `toml:"congrad"`
	Keep      Keep      `toml:"keep"`
	Evaluate  Evaluate  `toml:"evaluate"`
	Batch     Batch     `toml:"batch"`
	Arms      []Arm     `toml:"arms"`

	Published []Published `toml:"published"`
	Claims    []Claim     `toml:"claims"`

	Grid *Grid `toml:"-"` // of an experiment that is many; nil else

	// What the command line asked for; not part of a file.
	RunName string   `toml:"-"` // what the run's folder is called; empty for the experiment's name with what the command line changed
	Limit   int      `toml:"-"` // prompts per language, for iterations and evaluation alike; 0 is all
	Partial []string `toml:"-"` // the flags that make this less than the whole experiment, one by one
	Origins []Origin `toml:"-"` // where each value comes from, in the order of the resolved file
	Source  []byte   `toml:"-"` // the file as written
}

// LoRA says what is trained in place of all weights; nothing of the kind where the rank is 0.
type LoRA struct {
	Rank   int     `toml:"rank"`
	Alpha  float64 `toml:"alpha"`
	Layers string  `toml:"layers"`
}

// Base says how the model is trained further before the study starts, on the embedded world's mixture.
type Base struct {
	SharedShare float64 `toml:"shared_share"` // NaN for the world's own
	Steps       int     `toml:"steps"`
}

// Languages are those of the study.
type Languages struct {
	Seen             []string `toml:"seen"`
	Unseen           []string `toml:"unseen"`
	UnderRepresented []string `toml:"under_represented"`

	Define []Definition    `toml:"define"` // in the order of their codes
	Others []lang.Language `toml:"-"`      // languages of the study that the embedded world does not speak
}

// All lists the seen languages, then the unseen ones.
func (l Languages) All() []string { return append(append([]string(nil), l.Seen...), l.Unseen...) }

// Prompts are what the policies answer to make preferences.
type Prompts struct {
	Source      string   `toml:"source"`
	Kinds       []string `toml:"kinds"` // of the embedded world; empty for all
	Path        string   `toml:"path"`
	HeldOut     float64  `toml:"held_out"`
	Dev         float64  `toml:"dev"`
	PerLanguage int      `toml:"per_language"`
	Columns     Columns  `toml:"columns"`
}

// Columns are the names under which a file of prompts has what; empty for what it lacks.
type Columns struct {
	Prompt   string `toml:"prompt"`
	Language string `toml:"language"`
	Answer   string `toml:"answer"`
	ID       string `toml:"id"`
	Cluster  string `toml:"cluster"`
}

// Generate says how answers are sampled.
type Generate struct {
	Samples     int     `toml:"samples"`
	Temperature float64 `toml:"temperature"`
	TopP        float64 `toml:"top_p"`
	MaxTokens   int     `toml:"max_tokens"`
}

// Judge says who scores the answers.
type Judge struct {
	Kind  string  `toml:"kind"`
	Noise float64 `toml:"noise"`
}

// Pair says which answers make a pair.
type Pair struct {
	MinGap         float64  `toml:"min_gap"`
	MaxLengthRatio float64  `toml:"max_length_ratio"`
	Flip           float64  `toml:"flip" json:",omitempty"` // JSON is what enters the keys of stages
	FlipLanguages  []string `toml:"flip_languages" json:",omitempty"`
}

// Pairs says where the pairs of the first iteration come from: the model's own answers, or files.
type Pairs struct {
	Source      string      `toml:"source"`
	Path        string      `toml:"path"`
	PerLanguage int         `toml:"per_language"` // 0 for all
	Columns     PairColumns `toml:"columns"`
}

// PairColumns are the names under which a file of preference pairs has what; empty for what it lacks.
type PairColumns struct {
	Prompt   string `toml:"prompt"`
	Chosen   string `toml:"chosen"`
	Rejected string `toml:"rejected"`
	Language string `toml:"language"`
	ID       string `toml:"id"`
	Cluster  string `toml:"cluster"`
}

// Train is the optimiser and its schedule.
type Train struct {
	LearningRate float64   `toml:"learning_rate"`
	Rates        []float64 `toml:"rates" json:",omitempty"` // to choose from, in place of LearningRate
	Schedule     string    `toml:"schedule"`
	Warmup       float64   `toml:"warmup"`
	Epochs       int       `toml:"epochs"`
	BatchPairs   int       `toml:"batch_pairs"`
	WeightDecay  float64   `toml:"weight_decay"`
	Clip         float64   `toml:"clip"`
	Beta1        float64   `toml:"beta1"`
	Beta2        float64   `toml:"beta2"`
	Epsilon      float64   `toml:"epsilon"`
	Aggregator   string    `toml:"aggregator" json:",omitempty"` // noSurgery, or one of method.Aggregators
	Scope        string    `toml:"scope" json:",omitempty"`      // of the aggregator, one of model.Scopes
	Temperature  float64   `toml:"temperature" json:",omitempty"`
}

// Surgery reports whether an aggregator combines the gradients of the languages in each step.
func (t Train) Surgery() bool { return t.Aggregator != noSurgery }

// Plain leaves out what makes no difference: the scope where there is but one part, or nothing to combine, and a rate in whose place one
// is chosen.
func (t Train) Plain() Train {
	if len(t.Rates) > 0 {
		t.LearningRate = 0
	}
	if !t.Surgery() || t.Scope == model.WholeModel {
		t.Scope = ""
	}
	return t
}

// noSurgery in place of an aggregator takes one gradient of the whole batch.
const noSurgery = "none"

// ConGrad says how gradients are compared: all of it goes for the filter, parts of it for the selectors like it.
type ConGrad struct {
	Mode             string   `toml:"mode"`
	RenewEvery       int      `toml:"renew_every"`
	ResampleEvery    int      `toml:"resample_every"`
	Sketch           string   `toml:"sketch"`
	SketchRank       int      `toml:"sketch_rank"`
	Projection       string   `toml:"projection"`
	SketchNumbers    int      `toml:"sketch_numbers"`
	Layers           string   `toml:"layers"`
	LanguageGradient string   `toml:"language_gradient"`
	EMADecay         float64  `toml:"ema_decay"`
	Normalise        string   `toml:"normalise"`
	Aggregator       string   `toml:"aggregator"`
	Scope            string   `toml:"scope"`
	Similarity       string   `toml:"similarity"`
	LeaveOneOut      bool     `toml:"leave_one_out"`
	HeldBack         float64  `toml:"held_back"`
	Trust            []string `toml:"trust"`
	TrustPairs       int      `toml:"trust_pairs"`
	FidelityPairs    int      `toml:"fidelity_pairs"`
	FidelitySeeds    int      `toml:"fidelity_seeds"`
}

// Keep says which of the ranked pairs are trained on, whatever ranks them.
type Keep struct {
	Share     float64   `toml:"share"`
	Threshold float64   `toml:"threshold"` // NaN where it does not rule
	Band      []float64 `toml:"band"`      // from, to; nil where it does not rule
	Quota     string    `toml:"quota"`
	Action    string    `toml:"action"`
}

// ByBand reports whether a band rules in place of the share.
func (k Keep) ByBand() bool { return len(k.Band) > 0 }

// ByShare reports whether the share rules.
func (k Keep) ByShare() bool { return !k.ByBand() && !k.ByThreshold() }

// ByThreshold reports whether a threshold rules in place of the share.
func (k Keep) ByThreshold() bool { return !math.IsNaN(k.Threshold) }

// Evaluate says what is measured.
type Evaluate struct {
	Path        string   `toml:"path"`
	Split       string   `toml:"split"`
	PerLanguage int      `toml:"per_language"`
	Opponent    string   `toml:"opponent"`
	Reference   string   `toml:"reference"` // empty where no arm trains on all pairs and none is named
	Judge       string   `toml:"judge"`
	Decide      string   `toml:"decide"`
	Samples     int      `toml:"samples"`
	Temperature float64  `toml:"temperature"`
	TopP        float64  `toml:"top_p"`
	Iterations  bool     `toml:"iterations"`
	Drift       bool     `toml:"drift"`
	Tasks       []string `toml:"tasks"`
	TaskItems   int      `toml:"task_items"`
	Columns     Columns  `toml:"columns"`
	Endpoint    Endpoint `toml:"endpoint"`

	Answers AnswerColumns `toml:"answers"`
}

// AnswerColumns are the names under which a file of answers has what.
type AnswerColumns struct {
	Prompt   string `toml:"prompt"`
	Language string `toml:"language"`
	Answer   string `toml:"answer"`
	ID       string `toml:"id"`
}

// Endpoint is a server that compares answers. The key is never in a file, only the name of the variable that holds it.
type Endpoint struct {
	URL          string `toml:"url"`
	Model        string `toml:"model"`
	KeyEnv       string `toml:"key_env"`
	Instructions string `toml:"instructions"`
	MaxTokens    int    `toml:"max_tokens"`
	LogProbs     bool   `toml:"log_probs"`
	Parallel     int    `toml:"parallel"`
	Retries      int    `toml:"retries"`
	MaxRequests  int    `toml:"max_requests"`
}

// Batch bounds what the device works on at once; it changes speed and memory, and results only by rounding.
type Batch struct {
	Rows   int `toml:"rows"`
	Tokens int `toml:"tokens"`

	SketchMB int `toml:"sketch_mb"`

	SaveSeconds float64 `toml:"save_seconds"` // between checkpoints; 0 is 30, or more where saving takes long

	Recompute bool `toml:"recompute"`
}

// Arm is one way of training. Its tables override the experiment's.
type Arm struct {
	Name    string `toml:"name"`
	Caption string `toml:"caption"`
	Select  string `toml:"select"`
	Match   string `toml:"match"`
	Policy  string `toml:"policy"`

	MatchSteps string `toml:"match_steps"`
	MatchKL    string `toml:"match_kl"`

	EvaluateTemperature float64 `toml:"evaluate_temperature"` // NaN where it is the experiment's

	Without []string `toml:"without"`
	Groups  []string `toml:"groups"` // of a mono arm that has a model for several languages, each their codes with spaces between

	Loss    loss.Loss `toml:"loss"`
	Train   Train     `toml:"train"`
	ConGrad ConGrad   `toml:"congrad"`
	Keep    Keep      `toml:"keep"`
}

// LimitTo notes --limit, in every cell of a grid.
func (e *Experiment) LimitTo(n int) {
	e.Limit = n
	e.Partial = append(e.Partial, "--limit "+itoa(n))
	if e.Grid != nil {
		for _, c := range e.Grid.Cells {
			c.Experiment.LimitTo(n)
		}
	}
}

// Selector is the row of the arm's selector, which exists once the experiment was checked.
func (a Arm) Selector() method.Selector {
	s, _ := method.FindSelector(a.Select)
	return s
}

// OwnTemperature reports whether the arm's held-out answers are sampled at a temperature of its own.
func (a Arm) OwnTemperature() bool { return !math.IsNaN(a.EvaluateTemperature) }

// MeetsPairs reports whether the arm makes preference pairs, be it to train on them or to score them only.
func (a Arm) MeetsPairs() bool { return a.Selector().Picks != method.PicksNone }

// Trained reports whether the arm trains at all.
func (a Arm) Trained() bool { return a.MeetsPairs() && a.Train.Epochs > 0 }

// Trains reports whether any arm does. Where none does there is nothing to evaluate.
func (e *Experiment) Trains() bool { return slices.ContainsFunc(e.Arms, Arm.Trained) }

// TasksOnly reports whether the experiment scores the base model on tasks and does nothing else: no arm makes pairs.
func (e *Experiment) TasksOnly() bool {
	return len(e.Evaluate.Tasks) > 0 && !slices.ContainsFunc(e.Arms, Arm.MeetsPairs)
}

// RunsTasks reports whether tasks are scored: of what is trained, or of the base model alone.
func (e *Experiment) RunsTasks() bool { return e.Trains() || e.TasksOnly() }

// Ranks reports whether the arm ranks the pairs and keeps the best: how many is then its own choice.
func (a Arm) Ranks() bool { return a.Selector().Ranks() }

// Meets lists the seen languages whose pairs the arm meets.
func (a Arm) Meets(seen []string) []string {
	return slices.DeleteFunc(slices.Clone(seen), func(code string) bool { return slices.Contains(a.Without, code) })
}

// Mono reports whether the arm trains a model for each seen language, or for each group of them, on their pairs alone.
func (a Arm) Mono() bool { return a.Policy == "mono" }

// Models are the languages of each model of an arm; the only model of an arm for all languages has none of its own.
func (a Arm) Models(seen []string) (list [][]string) {
	switch {
	case !a.Mono():
		return [][]string{nil}
	case len(a.Groups) == 0:
		for _, code := range seen {
			list = append(list, []string{code})
		}
	}
	for _, group := range a.Groups {
		list = append(list, strings.Fields(group))
	}
	return list
}

// Online reports whether the arm picks pairs while it trains.
func (a Arm) Online() bool {
	return a.Selector().Picks == method.PicksBestOnline && a.ConGrad.Mode == "online"
}

// ComparesExact reports whether the decisions of the arm's compressed gradients are compared with those of exact ones.
func (a Arm) ComparesExact() bool {
	return a.Select == "congrad" && !a.Online() && a.ConGrad.Sketch != "exact" && a.ConGrad.Scope == model.WholeModel && a.ConGrad.FidelityPairs > 0
}

// From says where a key's value comes from: a line of the file, the command line, or a default with its source.
func (e *Experiment) From(key string) string {
	for _, o := range e.Origins {
		if o.Key == key {
			return o.From
		}
	}
	return ""
}

// Changed lists the values of the i-th arm's own tables that are not the experiment's, under their keys in an arm
// ("loss.beta").
func (e *Experiment) Changed(i int) []Origin {
	general := map[string]any{}
	for _, o := range e.Origins {
		general[o.Key] = o.Value
	}
	var list []Origin
	for _, o := range e.Origins {
		key, own := strings.CutPrefix(o.Key, "arms["+itoa(i)+"].")
		if own && strings.Contains(key, ".") && !o.Unset() && !reflect.DeepEqual(o.Value, general[key]) { // a list is not comparable
			o.Key = key
			list = append(list, o)
		}
	}
	return list
}

// Untouched is the first arm that is not trained on anything, or nil.
func (e *Experiment) Untouched() *Arm {
	for i := range e.Arms {
		if !e.Arms[i].MeetsPairs() {
			return &e.Arms[i]
		}
	}
	return nil
}

// FindArm returns the arm of that name, or nil.
func (e *Experiment) FindArm(name string) *Arm {
	for i := range e.Arms {
		if e.Arms[i].Name == name {
			return &e.Arms[i]
		}
	}
	return nil
}
