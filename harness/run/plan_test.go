package run

import (
	"slices"
	"strings"
	"testing"

	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/stage"
)

// direct are the kinds of the stages whose own settings a key enters; what follows from them changes through its inputs.
// A key that enters nothing changes reports only.
var direct = map[string]struct {
	set   string
	kinds string
}{
	"name":                           {"other", ""},
	"title":                          {"other", ""},
	"model":                          {"other", ""}, // enters by its weights
	"bases":                          {"", ""},      // the same, see TestSeedsStartFromTheirModels
	"precision":                      {"bfloat16", "base"},
	"seeds":                          {"[2]", "generate"},
	"iterations":                     {"2", "generate"},
	"lora.rank":                      {"2", "base"},
	"lora.alpha":                     {"2", "base"},
	"lora.layers":                    {"mlp", "base"},
	"base.shared_share":              {"0.9", "further"},
	"base.steps":                     {"2", "further"},
	"languages.seen":                 {`["de"]`, "answer choices generate passages"},
	"languages.unseen":               {"[]", "answer choices passages"},
	"languages.under_represented":    {`["de"]`, ""},
	"prompts.source":                 {"", ""}, // enters by its version, as do the files
	"prompts.kinds":                  {"", ""},
	"prompts.path":                   {"", ""},
	"prompts.held_out":               {"", ""},
	"prompts.dev":                    {"", ""},
	"prompts.columns.prompt":         {"", ""},
	"prompts.columns.language":       {"", ""},
	"prompts.columns.answer":         {"", ""},
	"prompts.columns.id":             {"", ""},
	"prompts.columns.cluster":        {"", ""},
	"evaluate.path":                  {"", ""},
	"evaluate.columns.prompt":        {"", ""},
	"evaluate.columns.language":      {"", ""},
	"evaluate.columns.answer":        {"", ""},
	"evaluate.columns.id":            {"", ""},
	"evaluate.columns.cluster":       {"", ""},
	"evaluate.answers.prompt":        {"", ""}, // a file enters by the answers that are read
	"evaluate.answers.language":      {"", ""},
	"evaluate.answers.answer":        {"", ""},
	"evaluate.answers.id":            {"", ""},
	"evaluate.reference":             {"congrad", ""},
	"evaluate.judge":                 {"self", "judge"},
	"evaluate.decide":                {"exact", ""}, // says what wins, of the same answers
	"evaluate.iterations":            {"true", "answer"},
	"evaluate.drift":                 {"true", "drift"},
	"evaluate.samples":               {"2", "sampled"},
	"evaluate.temperature":           {"0.5", "sampled"},
	"evaluate.top_p":                 {"0.5", "sampled"},
	"evaluate.endpoint.url":          {"http://there/v2", "compare"},
	"evaluate.endpoint.model":        {"other", "compare"},
	"evaluate.endpoint.key_env":      {"OTHER_KEY", ""},
	"evaluate.endpoint.instructions": {"testdata/instructions.txt", "compare"},
	"evaluate.endpoint.max_tokens":   {"9", "compare"},
	"evaluate.endpoint.log_probs":    {"false", "compare"},
	"evaluate.endpoint.parallel":     {"9", ""},
	"evaluate.endpoint.retries":      {"9", ""},
	"evaluate.endpoint.max_requests": {"9", ""},
	"chat.layout":                    {"", ""}, // decides how the model is opened, whose layout enters the base stage's key
	"chat.prompt":                    {"", ""},
	"prompts.per_language":           {"2", "generate"},
	"generate.samples":               {"3", "generate"},
	"generate.temperature":           {"0.5", "generate"},
	"generate.top_p":                 {"0.5", "generate"},
	"generate.max_tokens":            {"3", "answer generate"},
	"judge.kind":                     {"reference", "judge"},
	"judge.noise":                    {"0.5", "judge"},
	"pair.min_gap":                   {"1.0", "pairs"},
	"pair.max_length_ratio":          {"2.0", "pairs"},
	"pair.flip":                      {"0.5", "pairs"},
	"pair.flip_languages":            {`["de"]`, "pairs"},
	"loss.kind":                      {"hinge", "fidelity gradients train"},
	"loss.beta":                      {"0.2", "fidelity gradients train"},
	"loss.length_penalty":            {"0.2", "fidelity gradients train"},
	"loss.label_smoothing":           {"0.2", "fidelity gradients train"},
	"loss.target_margin":             {"0.2", "fidelity gradients train"},
	"loss.ld_alpha":                  {"0.2", "fidelity gradients train"},
	"loss.nll_weight":                {"0.2", "fidelity gradients train"},
	"train.learning_rate":            {"0.2", "train"},
	"train.rates":                    {"[0.1,0.2]", "train"}, // and what chooses, by its inputs
	"train.schedule":                 {"linear", "train"},
	"train.warmup":                   {"0.2", "train"},
	"train.epochs":                   {"2", "train"},
	"train.batch_pairs":              {"3", "gradients train"},
	"train.weight_decay":             {"0.2", "train"},
	"train.clip":                     {"0.2", "gradients train"},
	"train.beta1":                    {"0.2", "train"},
	"train.beta2":                    {"0.2", "train"},
	"train.epsilon":                  {"0.2", "gradients train"},
	"train.aggregator":               {"pcgrad", "train"},
	"train.scope":                    {"block", "train"},
	"train.temperature":              {"5", "train"},
	"congrad.mode":                   {"online", "train"},
	"congrad.renew_every":            {"3", "train"},
	"congrad.resample_every":         {"3", "train"},
	"congrad.sketch":                 {"logra", "gradients"},
	"congrad.sketch_rank":            {"3", "gradients"},
	"congrad.projection":             {"orthonormal", "gradients"},
	"congrad.sketch_numbers":         {"50", "gradients"},
	"congrad.layers":                 {"mlp", "fidelity gradients"},
	"congrad.language_gradient":      {"mean", "fidelity gradients"},
	"congrad.ema_decay":              {"0.5", "fidelity gradients"},
	"congrad.normalise":              {"none", "fidelity select"},
	"congrad.aggregator":             {"mean", "fidelity select"},
	"congrad.scope":                  {"block", "gradients"}, // and, by its input, what selects
	"congrad.similarity":             {"dot", "fidelity select"},
	"congrad.leave_one_out":          {"false", "fidelity select"},
	"congrad.held_back":              {"0.4", "gradients held-back"},
	"congrad.trust":                  {"[\"en\"]", "select"},
	"congrad.trust_pairs":            {"3", "select"},
	"congrad.fidelity_pairs":         {"2", "fidelity"},
	"congrad.fidelity_seeds":         {"2", "fidelity"},
	"keep.share":                     {"0.25", "select"},
	"keep.threshold":                 {"0.1", "select"},
	"keep.action":                    {"flip", "select"},
	"keep.band":                      {"[0.25,0.75]", "select"},
	"keep.quota":                     {"global", "select"},
	"evaluate.split":                 {"dev", "answer"},
	"evaluate.per_language":          {"1", "answer"},
	"evaluate.opponent":              {"", ""}, // says what answers are compared with
	"evaluate.tasks":                 {`["tiny-text"]`, ""},
	"evaluate.task_items":            {"1", "choices passages"},
	"languages.define.name":          {"", ""}, // for tables and errors
	"languages.define.endonym":       {"", ""},
	"languages.define.script":        {"", ""},
	"languages.define.direction":     {"", ""},
	"pairs.source":                   {"", ""}, // see the script pairs
	"pairs.path":                     {"", ""},
	"pairs.per_language":             {"", ""},
	"pairs.columns.prompt":           {"", ""},
	"pairs.columns.chosen":           {"", ""},
	"pairs.columns.rejected":         {"", ""},
	"pairs.columns.language":         {"", ""},
	"pairs.columns.id":               {"", ""},
	"pairs.columns.cluster":          {"", ""},
	"published.arm":                  {"", ""}, // typed in from elsewhere, see TestPublishedNumbersEnterNoStage
	"published.languages":            {"", ""},
	"published.measure":              {"", ""},
	"published.task":                 {"", ""},
	"published.value":                {"", ""},
	"published.low":                  {"", ""},
	"published.high":                 {"", ""},
	"published.source":               {"", ""},
	"claims.text":                    {"", ""}, // answered by reports, see TestClaimsEnterNoStage
	"claims.measure":                 {"", ""},
	"claims.task":                    {"", ""},
	"claims.arms":                    {"", ""},
	"claims.group":                   {"", ""},
	"claims.direction":               {"", ""},
	"claims.effect":                  {"", ""},
	"batch.rows":                     {"8", "answer generate"},
	"batch.tokens":                   {"512", "choices judge passages"}, // and, by their inputs, all that follows judging,
	"batch.sketch_mb":                {"1", ""},                         // the numbers are the same to the last bit
	"batch.save_seconds":             {"5", ""},                         // when a checkpoint is written
	"batch.recompute":                {"true", "base"},                  // and those here are not
}

// judgedByServer has a server compare the answers, of which a plan knows no more than its address.
var judgedByServer = []string{"evaluate.judge=endpoint", "evaluate.endpoint.url=http://there/v1", "evaluate.endpoint.model=judge"}

// needs is what else is set, before and after, for a key to mean anything.
var needs = map[string][]string{
	"pair.flip_languages":  {"pair.flip=0.5"},
	"base.shared_share":    {"base.steps=1"},
	"train.scope":          {"train.aggregator=mgda"},
	"lora.alpha":           {"lora.rank=2"},
	"lora.layers":          {"lora.rank=2"},
	"loss.label_smoothing": {"loss.kind=cdpo"},
	"loss.target_margin":   {"loss.kind=simpo", "loss.beta=2"},
	"loss.ld_alpha":        {"loss.kind=ld_dpo"},
	"loss.nll_weight":      {"loss.kind=dpo_nll"},

	"evaluate.iterations":  {"iterations=2"},
	"evaluate.drift":       {"evaluate.samples=2"},
	"evaluate.temperature": {"evaluate.samples=2"},
	"evaluate.top_p":       {"evaluate.samples=2"},

	"evaluate.endpoint.url":          judgedByServer,
	"evaluate.endpoint.model":        judgedByServer,
	"evaluate.endpoint.key_env":      judgedByServer,
	"evaluate.endpoint.instructions": judgedByServer,
	"evaluate.endpoint.max_tokens":   judgedByServer,
	"evaluate.endpoint.log_probs":    judgedByServer,
	"evaluate.endpoint.parallel":     judgedByServer,
	"evaluate.endpoint.retries":      judgedByServer,
	"evaluate.endpoint.max_requests": judgedByServer,

	"congrad.renew_every":    {"congrad.mode=online"},
	"congrad.resample_every": {"congrad.mode=online"},
	"congrad.fidelity_seeds": {"seeds=[1,2]"},
}

// Every key of an experiment enters the keys of those stages whose results depend on it, and of no others.
func TestKeysFollowSettings(t *testing.T) {
	l := newLab(t)
	for _, f := range config.Fields {
		if strings.HasPrefix(f.Key, "arms.") {
			continue
		}
		c, ok := direct[f.Key]
		if !ok {
			t.Errorf("%s: which stages does it enter?", f.Key)
			continue
		}
		if c.set == "" {
			continue
		}
		before := map[stage.Ref]bool{}
		for _, s := range l.planOf(t, every(), needs[f.Key]...).Stages {
			before[s.Key] = true
		}
		var kinds []string
		for _, s := range l.planOf(t, every(), append(slices.Clone(needs[f.Key]), f.Key+"="+c.set)...).Stages {
			own := !before[s.Key]
			for _, in := range s.Inputs {
				own = own && before[in]
			}
			if own && !slices.Contains(kinds, s.Kind) {
				kinds = append(kinds, s.Kind)
			}
		}
		slices.Sort(kinds)
		if got := strings.Join(kinds, " "); got != c.kinds {
			t.Errorf("%s enters %q, want %q", f.Key, got, c.kinds)
		}
	}
}

// A selection depends on those keys of the filter that its selector reads.
func TestSelectionsDependOnWhatTheyRead(t *testing.T) {
	reads := map[string]string{
		"congrad":          "aggregator ema_decay language_gradient layers leave_one_out mode normalise projection scope similarity sketch sketch_numbers sketch_rank",
		"anti":             "aggregator ema_decay language_gradient layers leave_one_out normalise projection scope similarity sketch sketch_numbers sketch_rank",
		"own_language":     "ema_decay language_gradient layers leave_one_out projection similarity sketch sketch_numbers sketch_rank",
		"trusted":          "ema_decay language_gradient layers leave_one_out projection sketch sketch_numbers sketch_rank trust trust_pairs",
		"consensus_or_own": "ema_decay language_gradient layers leave_one_out projection sketch sketch_numbers sketch_rank trust trust_pairs",
		"loss_difference":  "held_back",
		"validation":       "held_back layers projection similarity sketch sketch_numbers sketch_rank",
		"validation_adam":  "held_back layers similarity",
	}
	l := newLab(t)
	changed := map[string][]string{}
	before := l.planOf(t, every()).rounds
	for key, c := range direct {
		table, name, _ := strings.Cut(key, ".")
		if table != "congrad" {
			continue
		}
		for i, r := range l.planOf(t, every(), key+"="+c.set).rounds {
			if r.selection != nil && r.arm.Ranks() && r.selection.Key != before[i].selection.Key {
				changed[r.arm.Select] = append(changed[r.arm.Select], name)
			}
		}
	}
	for _, s := range method.Selectors {
		slices.Sort(changed[s.Name])
		if got := strings.Join(changed[s.Name], " "); got != reads[s.Name] {
			t.Errorf("the selection of %s depends on %q, want %q", s.Name, got, reads[s.Name])
		}
	}
}

// Selectors share gradients where they read the same ones, and all the rest of the first iteration.
func TestSelectorsShareStages(t *testing.T) {
	counts := map[string]int{}
	for _, s := range newLab(t).planOf(t, every()).Stages {
		counts[s.Kind]++
	}
	want := map[string]int{"generate": 1, "judge": 1, "pairs": 1, "reference": 2, "unprompted": 1, "held-back": 1, "gradients": 3, "select": 15, "random": 1, "fidelity": 1, "train": 18}
	for kind, n := range want {
		if counts[kind] != n {
			t.Errorf("%d %s stages, want %d", counts[kind], kind, n)
		}
	}
}

// Arms share what does not depend on what tells them apart: in the first iteration all but selection and training.
func TestArmsShareStages(t *testing.T) {
	counts := map[string]int{}
	for _, s := range newLab(t).plan(t, "iterations=2", "seeds=[1,2]").Stages {
		counts[s.Kind]++
	}
	want := map[string]int{
		"base":     1,
		"generate": 2 * (1 + 3), "judge": 2 * (1 + 3), "pairs": 2 * (1 + 3), "reference": 2 * (1 + 3),
		"gradients": 2 * 2, "select": 2 * 2, "random": 2 * 2, "fidelity": 1, "train": 2 * 2 * 3,
		"answer": 1 + 2*3, "choices": 1 + 2*3, "passages": 1 + 2*3,
	}
	for kind, n := range want {
		if counts[kind] != n {
			t.Errorf("%d %s stages, want %d", counts[kind], kind, n)
		}
	}
}

// A kept share of the training that another device or model did never counts for this one.
func TestKeysFollowModelAndDevice(t *testing.T) {
	l := newLab(t)
	before := map[stage.Ref]bool{}
	for _, s := range l.plan(t).Stages {
		before[s.Key] = true
	}
	l.bench.Device = "another"
	for _, s := range l.plan(t).Stages {
		if s.Kind != "base" && before[s.Key] {
			t.Errorf("%s has one key on two devices", s.Label)
		}
	}
	l.bench.Device = "a test"
	l.bench.Base.Weights.Tensors[0][0]++
	for _, s := range l.plan(t).Stages {
		if before[s.Key] {
			t.Errorf("%s has one key for two models", s.Label)
		}
	}
}
