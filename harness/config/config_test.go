package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/lang"
	"congrad/harness/loss"
	"congrad/harness/tomlfile"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var named = World{
	Languages: shippedLanguages(),
	Tasks:     []string{"facts", "declaration"},
	Embedded:  []string{"facts", "declaration"},
	Measured: func(name, measure string, languages []string) error {
		if measure != "accuracy" || !slices.Contains(languages, "sw") && !slices.Contains(languages, "de") {
			return fmt.Errorf("task %s has no %s in %s", name, measure, strings.Join(languages, " "))
		}
		return nil
	},
	Model: func(name string) error {
		if name != "tiny" && name != "tiny-b" {
			return fmt.Errorf("%q: no such model", name)
		}
		return nil
	},
}

func shippedLanguages() lang.Table {
	table, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		panic(err)
	}
	return table
}

const good = `# an experiment
name = "x"
model = "tiny"
iterations = 3

[languages]
seen = ["en", "de"]
unseen = [
  "sw", # scarce ]
]

[train]
learning_rate = 1 # an integer is a number

[keep]
share = 0.3

[evaluate]
opponent = "baseline"
tasks = ["facts"]

[[arms]]
name = "baseline"
select = "none"

[[arms]]
name = "congrad"
select = "congrad"
[arms.congrad]
aggregator = "mean"
[arms.loss]
beta = 0.5

[[arms]]
name = "random"
select = "random"
match = "congrad"
`

func load(source string, sets ...string) (*Experiment, error) {
	return Load("x.toml", []byte(source), sets, named)
}

func TestLoad(t *testing.T) {
	e, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{3, []uint64{1, 2, 3}, 1.0, 0.3, 0.3, 0.5, 0.1, "mean", "pcgrad", false}
	got := []any{
		e.Iterations, e.Seeds, e.Train.LearningRate, e.Keep.Share, e.Arms[1].Keep.Share, e.Arms[1].Loss.Beta, e.Arms[2].Loss.Beta,
		e.Arms[1].ConGrad.Aggregator, e.Arms[2].ConGrad.Aggregator, e.Keep.ByThreshold(),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSet(t *testing.T) {
	e, err := load(good, "train.epochs=4", "loss.beta=0.2", `title=a word`, "seeds=[9]", "judge.kind=reference")
	if err != nil {
		t.Fatal(err)
	}
	want := []any{4, 0.2, 0.5, "a word", []uint64{9}, "reference", 5}
	got := []any{e.Train.Epochs, e.Arms[2].Loss.Beta, e.Arms[1].Loss.Beta, e.Title, e.Seeds, e.Judge.Kind, len(e.Partial)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestResolvedReadsBack(t *testing.T) {
	e, err := load(good, "loss.beta=0.2")
	if err != nil {
		t.Fatal(err)
	}
	text := string(e.Resolved())
	again, err := load(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := cmp.Diff(e, again, cmpopts.IgnoreFields(Experiment{}, "Origins", "Source", "Partial"), cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	for _, line := range []string{
		`beta = 0.2 `, "# --set",
		`iterations = 3 `, "# x.toml:4",
		`samples = 4 `, "# default: Yuan et al. 2024",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("the resolved file has no %q:\n%s", line, text)
		}
	}
}

// The optimiser computes in float32, in which 0.99999999 is 1: a moment would never forget, and its correction would divide by zero.
func TestRatesFitFloat32(t *testing.T) {
	for _, key := range []string{"train.beta1", "train.beta2"} {
		f, _ := FindField(key)
		if float32(f.Max) >= 1 {
			t.Errorf("%s may be %g, which float32 rounds to 1", key, f.Max)
		}
		if _, err := load(good, key+"=0.99999999"); err == nil {
			t.Errorf("%s = 0.99999999 is accepted", key)
		}
	}
}

// Arms may be a list of inline tables, whose mistakes have the list's line.
func TestInlineArms(t *testing.T) {
	tables := good[strings.Index(good, "[[arms]]"):]
	inline := func(second string) string {
		return `arms = [{name = "baseline", select = "none"}, ` + second + `, {name = "random", select = "random", match = "congrad"}]` + "\n" + strings.Replace(good, tables, "", 1)
	}
	want, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	got, err := load(inline(`{name = "congrad", select = "congrad", congrad = {aggregator = "mean"}, loss.beta = 0.5}`))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Arms, got.Arms, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	for second, text := range map[string]string{
		`{name = "congrad", select = "congard"}`: `x.toml:1: arms.congrad.select: "congard": want one of none, all, congrad, `,
		`"congrad"`:                              `x.toml:1: arms: want a table [[arms]] for each arm, or a list of inline tables: `,
	} {
		if _, err := load(inline(second)); err == nil || !strings.HasPrefix(err.Error(), text) {
			t.Errorf("%s: %v, want %s", second, err, text)
		}
	}
}

// An arm's list that differs from the experiment's is a change like any other.
func TestChangedLists(t *testing.T) {
	e := &Experiment{Origins: []Origin{{Key: "x.list", Value: []string{"a"}}, {Key: "arms[0].x.list", Value: []string{"b"}}, {Key: "arms[1].x.list", Value: []string{"a"}}}}
	if got := e.Changed(0); len(got) != 1 || got[0].Key != "x.list" {
		t.Errorf("%v, want the list of the first arm", got)
	}
	if got := e.Changed(1); len(got) != 0 {
		t.Errorf("%v, want no change in the second", got)
	}
}

// spoiled is the good file with something wrong, or several things.
type spoiled struct {
	source string
	sets   []string
	want   string // all of the errors, in the order of the file
}

func checkErrors(t *testing.T, cases map[string]spoiled) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := load(c.source, c.sets...)
			if err == nil {
				t.Fatalf("no error, want %s", c.want)
			}
			if d := cmp.Diff(c.want, err.Error()); d != "" {
				t.Error(d)
			}
			besideAnother(t, c)
		})
	}
}

// besideAnother holds that an unknown key hides nothing of what else is wrong with a file.
func besideAnother(t *testing.T, c spoiled) {
	t.Helper()
	var discard map[string]any
	if _, _, err := tomlfile.Decode("x.toml", c.source, &discard); err != nil {
		return // nothing of it is read
	}
	const other = "--set: zzqx: no such key (congrad defaults lists all)"
	_, err := load(c.source, append(slices.Clone(c.sets), "zzqx=1")...)
	want := append(strings.Split(c.want, "\n"), other)
	got := strings.Split(err.Error(), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("with an unknown key: %s", d)
	}
}

// A value of another type is one mistake: nothing that depends on it is reported, since its error is there already.
func TestOneBadValueIsOneError(t *testing.T) {
	files := map[string]string{
		"the good file": good,
		"own prompts":   replaced("[train]", "[prompts]\nsource = \"files\"\npath = \"p.jsonl\"\nheld_out = 0.2\n[train]", "opponent = \"baseline\"", "opponent = \"baseline\"\njudge = \"self\""),
		"a server":      replaced("opponent = \"baseline\"", "opponent = \"baseline\"\njudge = \"endpoint\"\nendpoint = {url = \"http://localhost:1/v1\", model = \"m\"}"),
		"one for each":  replaced("select = \"congrad\"", "select = \"own_language\"", "match = \"congrad\"", "match = \"congrad\"\n[[arms]]\nname=\"joint\"\nselect=\"all\"\npolicy=\"mono\""),
		"online":        replaced("aggregator = \"mean\"", "aggregator = \"mean\"\nmode = \"online\""),
		"published":     good + "\n[[published]]\narm = \"congrad\"\nlanguages = \"seen\"\nmeasure = \"win rate\"\nvalue = 0.5\nsource = \"elsewhere\"\n",
		"claims":        declared,
	}
	for name, source := range files {
		if _, err := load(source); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range Fields {
			if strings.HasPrefix(f.Key, "arms.") || strings.HasPrefix(f.Key, "published.") || strings.HasPrefix(f.Key, "claims.") || strings.HasPrefix(f.Key, "grid.") {
				continue
			}
			_, err := load(source, f.Key+"={}")
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, %s = {}: %v", name, f.Key, err)
			}
		}
		lines := strings.Split(source, "\n")
		for i, line := range lines {
			key, value, ok := strings.Cut(line, " = ")
			if !ok || strings.HasPrefix(value, "[") && !strings.HasSuffix(value, "]") || strings.HasPrefix(value, "{") {
				continue
			}
			spoilt := slices.Clone(lines)
			spoilt[i] = key + " = 2000-01-01"
			if _, err := load(strings.Join(spoilt, "\n")); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, line %d, %s: %v", name, i+1, spoilt[i], err)
			}
		}
	}
}

// replaced is the good file with some of its text replaced.
func replaced(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(good) }

// A file is refused for what it is as TOML, for keys and values of its own, and for names of what does not exist.
func TestErrors(t *testing.T) {
	checkErrors(t, map[string]spoiled{
		"a table twice": {"loss.beta = 0.1\n[loss]\nkind = \"dpo\"\n", nil, "x.toml:2: [loss]: line 1 began this table with loss.beta: write all of its keys in one place"},
		"syntax":        {"name = \n", nil, "x.toml:1: a key has no value: want key = value"},
		"unknown key":   {replaced("iterations", "iteration"), nil, `x.toml:4: iteration: no such key; did you mean "iterations"? (congrad defaults lists all)`},
		"unknown table": {replaced("[train]", "[trian]"), nil, `x.toml:12: trian: no such key; did you mean "train"? (congrad defaults lists all)`},
		"wrong types, all at once": {
			replaced("iterations = 3", `iterations = "3"`, "share = 0.3", "share = [1]", `seen = ["en", "de"]`, `seen = ["en", 4]`), nil,
			"x.toml:4: iterations: want a whole number, got the string \"3\"\n" +
				"x.toml:7: languages.seen: want a list of strings; the 2nd entry is the number 4\n" +
				"x.toml:16: keep.share: want a number, got a list",
		},
		"a fraction of a round":              {replaced("iterations = 3", "iterations = 2.5"), nil, "x.toml:4: iterations: want a whole number, got the number 2.5"},
		"out of range":                       {replaced("share = 0.3", "share = 1.5"), nil, "x.toml:16: keep.share: 1.5 is out of range: want 1e-06 to 1 (share of the pairs that is kept, highest scores first, for every selector)"},
		"not a number":                       {replaced("share = 0.3", "share = nan"), nil, "x.toml:16: keep.share: NaN is out of range: want 1e-06 to 1 (share of the pairs that is kept, highest scores first, for every selector)"},
		"missing":                            {replaced(`name = "x"`, "", `opponent = "baseline"`, ""), nil, "x.toml: name: is missing: name of the experiment and of its results folder\nx.toml:18: evaluate.opponent: is missing: the arm whose answers win rates are against, or a .jsonl, .csv or .parquet file of answers (docs/add-prompts.md)"},
		"empty name":                         {replaced(`name = "x"`, `name = ""`), nil, "x.toml:2: name: is empty: name of the experiment and of its results folder"},
		"a name that leads out":              {replaced(`name = "x"`, `name = "../x"`), nil, `x.toml:2: name: "../x": want letters (a to z), digits, ".", "_" and "-", without "." or "-" at the start`},
		"adapters on a model in the making":  {good, []string{"lora.rank=4", "base.steps=3"}, "--set: lora.rank: adapters cannot be combined with further training, and base.steps is 3; set one of them to 0"},
		"adapters where nothing is compared": {good, []string{"lora.rank=4", "lora.layers=mlp", "congrad.layers=attention"}, `--set: congrad.layers: "attention": only the matrices of "mlp" have adapters (lora.layers), so there is no gradient to compare`},
		"endless":                            {replaced("share = 0.3", "share = inf"), nil, "x.toml:16: keep.share: +Inf is out of range: want 1e-06 to 1 (share of the pairs that is kept, highest scores first, for every selector)"},
		"set to no number":                   {good, []string{"train.clip=nan"}, "--set: train.clip: NaN is out of range: want 0 to 1000000000 (gradients with a larger global norm are clipped to this; 0 turns clipping off)"},
		"enumeration":                        {replaced(`select = "all"`, "", `match = "congrad"`, "match = \"congrad\"\n[judge]\nkind = \"slef\""), nil, `x.toml:39: judge.kind: "slef": want one of self, reference; did you mean "self"?`},
		"no such language":                   {replaced(`"sw", #`, `"jp", #`), nil, `x.toml:8: languages.unseen: the 1st entry, "jp": no such language; did you mean "ja" (Japanese)? (any code of ISO 639 is one, and what [languages.define.jp] defines; congrad ls languages)`},
		"seen and unseen":                    {replaced(`"sw", #`, `"de", #`), nil, `x.toml:8: languages.unseen: the 1st entry, "de", is also in seen; list a language only once`},
		"twice":                              {replaced(`"en", "de"`, `"en", "en"`), nil, "x.toml:7: languages.seen: the 2nd entry, en, is a duplicate"},
		"no such task":                       {replaced(`"facts"`, `"fact"`), nil, `x.toml:20: evaluate.tasks: the 1st entry, "fact": no such task; did you mean "facts"? (congrad ls tasks; a file of your own ends in .toml)`},
		"no such model":                      {replaced(`"tiny"`, `"huge"`), nil, `x.toml:3: model: "huge": no such model`},
		"no such aggregator":                 {replaced(`"mean"`, `"meen"`), nil, `x.toml:30: arms.congrad.congrad.aggregator: "meen": no such aggregator; did you mean "mean"? (congrad ls methods)`},
		"no such aggregator of steps": {
			replaced("beta = 0.5", "beta = 0.5\n[arms.train]\naggregator = \"non\""),
			[]string{"train.aggregator=pcgard", "congrad.aggregator=x"},
			`--set: congrad.aggregator: "x": no such aggregator (congrad ls methods)` + "\n" +
				`--set: train.aggregator: "pcgard": no such aggregator; did you mean "pcgrad"? (congrad ls methods)` + "\n" +
				`x.toml:34: arms.congrad.train.aggregator: "non": no such aggregator; did you mean "none"? (congrad ls methods)`,
		},
		"table as value":        {replaced("[train]\nlearning_rate = 1", "train = 1"), nil, "x.toml:12: languages.train: no such key (congrad defaults lists all)"},
		"no arms":               {good[:strings.Index(good, "[[arms]]")], nil, "x.toml: arms: an experiment compares at least one arm: write [[arms]]"},
		"set without value":     {good, []string{"train.epochs"}, "--set train.epochs: want key=value, such as train.epochs=2"},
		"set of an unknown key": {good, []string{"train.epoch=2"}, `--set: train.epoch: no such key; did you mean "epochs"? (congrad defaults lists all)`},
		"set of a wrong type":   {good, []string{"train.epochs=many"}, `--set: train.epochs: want a whole number, got the string "many"`},
		"samples of none": {
			good,
			[]string{"evaluate.temperature=0.5", "evaluate.top_p=0.8"},
			"--set: evaluate.temperature: is for sampled answers, but evaluate.samples is 0\n--set: evaluate.top_p: is for sampled answers, but evaluate.samples is 0",
		},
		"drift without answers":         {good, []string{"evaluate.drift=true"}, "--set: evaluate.drift: is measured on sampled answers, but evaluate.samples is 0; set it to 1 or more"},
		"deciding what a judge decides": {good, []string{"evaluate.decide=exact", "evaluate.judge=self"}, `--set: evaluate.decide: is read only by evaluate.judge = "reference"; the judge is "self"`},
		"set of an arm":                 {good, []string{"arms.loss.beta=2"}, "--set arms.loss.beta=2: name the arm (baseline, congrad, random), as in arms.baseline.loss.beta=VALUE"},
		"set through a value":           {good, []string{"name.x=2"}, "--set name.x=2: name is not a table"},
		"negative seed":                 {good, []string{"seeds=[-1]"}, "--set: seeds: want a list of whole numbers, 0 or more; the 1st entry is the number -1"},
		"judge written as a number":     {replaced("[keep]\nshare = 0.3", "[pair]\nmin_gap = 1\n[judge]\nkind = 3"), nil, "x.toml:18: judge.kind: want a string, got the number 3"},
	})
}

// Arms are refused for what they are beside each other and in themselves.
func TestErrorsOfArms(t *testing.T) {
	checkErrors(t, map[string]spoiled{
		"unknown key of an arm": {replaced("beta = 0.5", "betta = 0.5"), nil, `x.toml:32: arms.congrad.loss.betta: no such key; did you mean "beta"? (congrad defaults lists all)`},
		"two arms of one name":  {replaced(`name = "random"`, `name = "congrad"`), nil, `x.toml:35: the 3rd arm: name: "congrad": another arm has this name`},
		"matching nobody":       {replaced(`match = "congrad"`, ""), nil, `x.toml:34: arms.random: an arm with select = "random" needs match = "...", the arm whose count it copies`},
		"matching the wrong arm": {
			replaced(`match = "congrad"`, `match = "baseline"`), nil,
			`x.toml:37: arms.random.match: "baseline" does not choose how many pairs it keeps; match an arm that ranks them, such as one with select = "congrad"`,
		},
		"match without random": {replaced(`select = "none"`, "select = \"none\"\nmatch = \"random\""), nil, `x.toml:25: arms.baseline.match: only an arm with select = "random" or "oracle" can match another arm's count`},
		"trained opponent":     {replaced(`opponent = "baseline"`, `opponent = "congrad"`), nil, `x.toml:19: evaluate.opponent: "congrad" is trained; win rates are against the base model, an arm with select = "none"`},
		"share and threshold":  {replaced("share = 0.3", "share = 0.3\nthreshold = 0.0"), nil, `x.toml:17: keep.threshold: give only one of share, threshold, band`},
		"more than all pairs": {
			replaced(`select = "congrad"`, `select = "validation"`, "share = 0.3", "share = 0.9"), nil,
			"x.toml:26: arms.congrad: keep.share (0.9) and congrad.held_back (0.2) add up to more than 1",
		},
		"a consensus of one": {
			replaced(`select = "congrad"`, "select = \"congrad\"\npolicy = \"mono\""), nil,
			`x.toml:28: arms.congrad.select: "congrad" compares languages and cannot be used with policy = "mono"; want one of all, own_language, reward_margin, implicit_margin_high, implicit_margin_low, perplexity_band, ifd, consistent, oracle
x.toml:38: arms.random.match: "congrad" trains one model per language; match an arm whose models see the same pairs`,
		},
		"languages weighed in models of one": {
			replaced(`select = "random"`, "select = \"ifd\"\npolicy = \"mono\"\nkeep.quota = \"global\"\ntrain.temperature = 2", `match = "congrad"`, ""), nil,
			`x.toml:34: arms.random: keep.quota = "global" compares the pairs of all languages, but policy = "mono" separates them
x.toml:34: arms.random: train.temperature = 2 weighs languages against each other, but with policy = "mono" each has its own model`,
		},
		"without what": {
			replaced(`select = "congrad"`, "select = \"congrad\"\nwithout = [\"de\", \"sw\", \"en\"]", `select = "none"`, "select = \"none\"\nwithout = [\"de\"]"), nil,
			`x.toml:25: arms.baseline.without: the base model is trained on no language
x.toml:30: arms.congrad.without: no language is left
x.toml:30: arms.congrad.without: the 2nd entry, "sw": not a seen language; arms have pairs only of seen languages`,
		},
	})
}

// Losses are refused for parameters of others, and for a beta that was meant for another measure.
func TestErrorsOfLosses(t *testing.T) {
	checkErrors(t, map[string]spoiled{
		"a parameter of another loss": {
			replaced("beta = 0.5", "kind = \"ld_dpo\"\nlabel_smoothing = 0.1\nlength_penalty = 0.0", "[keep]\n", "[loss]\nnll_weight = 2\n[keep]\n"), nil,
			`x.toml:16: loss.nll_weight: the loss "dpo" has no such parameter; it has beta, length_penalty (docs/losses.md)` + "\n" +
				`x.toml:35: arms.congrad.loss.label_smoothing: the loss "ld_dpo" has no such parameter; it has beta, ld_alpha (docs/losses.md)` + "\n" +
				`x.toml:36: arms.congrad.loss.length_penalty: the loss "ld_dpo" has no such parameter; it has beta, ld_alpha (docs/losses.md)`,
		},
		"a sum's beta for means":  {replaced("beta = 0.5", `kind = "simpo"`), nil, `x.toml:32: arms.congrad.loss.kind: "simpo" compares log-probs per token, and the beta of 0.1 is meant for summed log-probs; set beta too (docs/losses.md)`},
		"a mean's beta for sums":  {replaced("beta = 0.5", `kind = "hinge"`), []string{"loss.kind=ipo", "loss.beta=2"}, `--set loss.kind=ipo --set loss.beta=2 (with x.toml:32): arms.congrad.loss.kind: "hinge" compares summed log-probs, and the beta of 2 is meant for log-probs per token; set beta too (docs/losses.md)`},
		"set of a per-token loss": {good, []string{"loss.kind=ipo"}, `--set: loss.kind: "ipo" compares log-probs per token, and the beta of 0.1 is meant for summed log-probs; set beta too (docs/losses.md)`},
		"no such loss":            {replaced("beta = 0.5", "kind = \"dp\"\nlabel_smoothing = 0.1"), nil, `x.toml:32: arms.congrad.loss.kind: "dp": want one of dpo, cdpo, robust, hinge, ipo, ipo_sum, dpo_norm, ld_dpo, dpo_nll, simpo; did you mean "dpo"?`},
		"half the labels wrong":   {replaced("beta = 0.5", "kind = \"robust\"\nlabel_smoothing = 0.5"), nil, "x.toml:33: arms.congrad.loss.label_smoothing: 0.5 is out of range: want 0 to 0.49 (cdpo, robust: assumed share of wrong labels; 0 is DPO)"},
	})
}

// A name becomes a folder and an argument of commands.
func TestNames(t *testing.T) {
	for name, fine := range map[string]bool{
		"x": true, "tiny-2": true, "A_b.c": true, "_": true, "7": true,
		"": false, ".": false, "..": false, "../x": false, "a/b": false, `a\b`: false, ".x": false, "-x": false, "a b": false, "x\n": false, "größe": false, "x\x00": false,
	} {
		if err := CheckName(name); (err == nil) != fine {
			t.Errorf("%q: %v", name, err)
		}
		_, err := load(strings.Replace(good, `"x"`, literal(name), 1))
		if (err == nil) != fine || err != nil && !strings.HasPrefix(err.Error(), "x.toml:2: name: ") {
			t.Errorf("a file with the name %q: %v", name, err)
		}
	}
}

// No number is endless or none at all, whatever the range of its key.
func TestNumbersAreFinite(t *testing.T) {
	for _, f := range Fields {
		if _, number := f.Default.(float64); !number {
			continue
		}
		for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
			err := f.check(x)
			if want := fmt.Sprintf("%g is out of range: want %s to %s (%s)", x, digits(f.Min), digits(f.Max), f.Doc); err == nil || err.Error() != want {
				t.Errorf("%s = %g: %v, want %s", f.Key, x, err, want)
			}
		}
	}
}

// A partial run names the flag that was typed.
func TestPartialNamesTheFlag(t *testing.T) {
	e, err := load(good, SeedsFlag+"7,9", "train.epochs=4")
	if err != nil || !slices.Equal(e.Seeds, []uint64{7, 9}) || !slices.Equal(e.Partial, []string{"--seeds 7,9", "--set train.epochs=4"}) {
		t.Errorf("seeds %d, partial %q: %v", e.Seeds, e.Partial, err)
	}
}

// Whole numbers in errors have no exponent.
func TestDigits(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1e6: "1000000", -3: "-3", 1e9: "1000000000", 1e12: "1e+12", 0.3: "0.3", 1e-12: "1e-12"} {
		if got := digits(x); got != want {
			t.Errorf("%g is written %s, want %s", x, got, want)
		}
	}
}

// Of share and threshold the one that an arm gives rules, else the one that the experiment gives, else the share's default;
// and the resolved file says the same.
func TestShareAndThreshold(t *testing.T) {
	none := math.NaN()
	for _, c := range []struct {
		experiment, arm  string
		share, threshold float64 // of the arm; share counts where threshold is none
	}{
		{"", "", 0.5, none},
		{"", "share = 0.2", 0.2, none},
		{"", "threshold = 0.1", 0, 0.1},
		{"share = 0.3", "", 0.3, none},
		{"share = 0.3", "share = 0.2", 0.2, none},
		{"share = 0.3", "threshold = 0.1", 0, 0.1},
		{"threshold = 0.4", "", 0, 0.4},
		{"threshold = 0.4", "share = 0.2", 0.2, none},
		{"threshold = 0.4", "threshold = 0.1", 0, 0.1},
	} {
		written := strings.NewReplacer("share = 0.3", c.experiment, "[arms.loss]", "[arms.keep]\n"+c.arm+"\n[arms.loss]").Replace(good)
		inline := strings.NewReplacer("share = 0.3", c.experiment, "[arms.congrad]", "keep = { "+c.arm+" }\n[arms.congrad]").Replace(good)
		for _, source := range []string{written, inline} {
			e, err := load(source)
			if err != nil {
				t.Errorf("%q and %q: %v", c.experiment, c.arm, err)
				continue
			}
			again, err := load(string(e.Resolved()))
			if err != nil {
				t.Errorf("%q and %q, resolved: %v\n%s", c.experiment, c.arm, err, e.Resolved())
				continue
			}
			for _, e := range []*Experiment{e, again} {
				got := e.Arms[1].Keep
				if !cmp.Equal(got.Threshold, c.threshold, cmpopts.EquateNaNs()) || !got.ByThreshold() && got.Share != c.share {
					t.Errorf("%q and %q: share %g, threshold %g, want %g, %g", c.experiment, c.arm, got.Share, got.Threshold, c.share, c.threshold)
				}
				if e.Arms[0].Keep.ByThreshold() != strings.HasPrefix(c.experiment, "threshold") {
					t.Errorf("%q and %q: another arm has the threshold %g", c.experiment, c.arm, e.Arms[0].Keep.Threshold)
				}
			}
		}
	}
}

// A loss has the parameters of its kind, given, inherited or by default, and no others; and the resolved file says the same.
func TestLosses(t *testing.T) {
	for _, c := range []struct {
		experiment, arm, resolved string
		want, arms                loss.Loss
	}{
		{
			"", "", "# ld_alpha is not set",
			loss.Loss{Kind: "dpo", Beta: 0.1, LengthPenalty: 0.01},
			loss.Loss{Kind: "dpo", Beta: 0.1, LengthPenalty: 0.01},
		},
		{
			"", `kind = "robust"`, "label_smoothing = 0.1 ",
			loss.Loss{Kind: "dpo", Beta: 0.1, LengthPenalty: 0.01},
			loss.Loss{Kind: "robust", Beta: 0.1, LengthPenalty: 0.01, LabelSmoothing: 0.1},
		},
		{
			"length_penalty = 0.2", "kind = \"simpo\"\nbeta = 2", "# length_penalty is not set",
			loss.Loss{Kind: "dpo", Beta: 0.1, LengthPenalty: 0.2},
			loss.Loss{Kind: "simpo", Beta: 2, TargetMargin: 0.5},
		},
		{
			"kind = \"ipo\"\nbeta = 2", `kind = "dpo_norm"`, "",
			loss.Loss{Kind: "ipo", Beta: 2},
			loss.Loss{Kind: "dpo_norm", Beta: 2},
		},
		{
			"kind = \"cdpo\"\nlabel_smoothing = 0.2", "kind = \"robust\"\nlength_penalty = 0", "",
			loss.Loss{Kind: "cdpo", Beta: 0.1, LengthPenalty: 0.01, LabelSmoothing: 0.2},
			loss.Loss{Kind: "robust", Beta: 0.1, LabelSmoothing: 0.2},
		},
		{
			`kind = "ld_dpo"`, `kind = "dpo_nll"`, "nll_weight = 1.0",
			loss.Loss{Kind: "ld_dpo", Beta: 0.1, LDAlpha: 0.5},
			loss.Loss{Kind: "dpo_nll", Beta: 0.1, LengthPenalty: 0.01, NLLWeight: 1},
		},
	} {
		e, err := load(strings.NewReplacer("[keep]\n", "[loss]\n"+c.experiment+"\n[keep]\n", "beta = 0.5", c.arm).Replace(good))
		if err != nil {
			t.Errorf("%q and %q: %v", c.experiment, c.arm, err)
			continue
		}
		again, err := load(string(e.Resolved()))
		if err != nil || !strings.Contains(string(e.Resolved()), c.resolved) {
			t.Errorf("%q and %q, resolved: %v\n%s", c.experiment, c.arm, err, e.Resolved())
			continue
		}
		for _, e := range []*Experiment{e, again} {
			if d := cmp.Diff([]loss.Loss{c.want, c.arms, c.want}, []loss.Loss{e.Loss, e.Arms[1].Loss, e.Arms[2].Loss}); d != "" {
				t.Errorf("%q and %q: %s", c.experiment, c.arm, d)
			}
		}
	}
}

func TestChanged(t *testing.T) {
	e, err := load(strings.NewReplacer("share = 0.3", "threshold = 0.3", "[arms.loss]", "[arms.keep]\nshare = 0.5\nquota = \"language\"\n[arms.loss]").Replace(good))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range e.Arms {
		for _, o := range e.Changed(i) {
			got = append(got, fmt.Sprintf("%s %s=%v", e.Arms[i].Name, o.Key, o.Value))
		}
	}
	if d := cmp.Diff([]string{"congrad loss.beta=0.5", "congrad congrad.aggregator=mean", "congrad keep.share=0.5"}, got); d != "" {
		t.Error(d)
	}
}

// Fields and the structs name the same keys, and every default would be accepted from a file.
func TestFieldsCoverTheExperiment(t *testing.T) {
	var keys []string
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		for f := range typ.NumField() {
			field := typ.Field(f)
			switch tag := field.Tag.Get("toml"); {
			case tag == "-":
			case path == "" && slices.Contains([]string{"arms", "published", "claims"}, tag):
				walk(tag, field.Type.Elem())
			case path == "languages" && tag == "define":
				walk("languages.define", field.Type.Elem())
			case field.Type.Kind() == reflect.Struct:
				if path != "arms" { // whose tables are the experiment's
					walk(dotted(path, tag), field.Type)
				}
			default:
				keys = append(keys, dotted(path, tag))
			}
		}
	}
	walk("", reflect.TypeFor[Experiment]())
	var documented []string
	for _, f := range Fields {
		documented = append(documented, f.Key)
		if f.Doc == "" {
			t.Errorf("%s has no documentation", f.Key)
		}
		if s, ok := f.Default.(string); ok && f.Words != nil && !slices.Contains(f.Words, s) {
			t.Errorf("%s: the default %q is none of its words", f.Key, s)
		}
		if x, ok := f.Default.(float64); f.Default != nil && !(ok && math.IsNaN(x)) { // NaN is of a key that is not set
			if err := f.check(f.Default); err != nil {
				t.Errorf("%s: the default is refused: %v", f.Key, err)
			}
		}
	}
	slices.Sort(keys)
	slices.Sort(documented)
	if d := cmp.Diff(keys, documented); d != "" {
		t.Error(d)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good, "train.epochs=4")
	f.Add("[[arms]]\n[arms.loss]\nbeta=[1,\n2]\n[[arms]]", "a=b")
	f.Add(claimed, "published=[]")
	f.Add(declared, "claims=[]")
	f.Add("x = '''\n[y]\n'''\n[\"a.b\"]\n", "seeds=[1]")
	f.Fuzz(func(t *testing.T, source, set string) {
		e, err := load(source, set)
		if err == nil && len(e.Arms) == 0 {
			t.Error("an experiment without arms was accepted")
		}
	})
}
