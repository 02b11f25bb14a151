package pretrain

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/experiments"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/world"

	"github.com/google/go-cmp/cmp"
)

func shippedRecipe(t *testing.T) string {
	t.Helper()
	data, err := experiments.Files.ReadFile("tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestShippedRecipe(t *testing.T) {
	r, err := Load(experiments.Files, "tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	model, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := text.Parse(model)
	if err != nil {
		t.Fatal(err)
	}
	if tok.Size() != r.Tokenizer.Size {
		t.Errorf("the embedded tokenizer has %d tokens, its recipe asks for %d", tok.Size(), r.Tokenizer.Size)
	}
}

// The embedded tokenizer is the one that the recipe makes; the weights take too long to be made again here.
func TestEmbeddedTokenizerIsThatOfTheRecipe(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: builds the tokenizer")
	}
	r, err := Load(experiments.Files, "tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		t.Fatal(err)
	}
	made, err := trainTokenizer(r, w)
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(made) != string(embedded) {
		t.Error("experiments/tiny/base-1/tokenizer.json is not what experiments/tiny/world-1.toml makes (make base)")
	}
}

func TestRecipeErrors(t *testing.T) {
	good := shippedRecipe(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":   {"[train]", "[train]\nstep = 3", "x.toml: train.step: no such key"},
		"unknown world": {"[world]", "[world]\nrigth_rate = 3", "x.toml: world.rigth_rate: no such key"},
		"missing":       {"clip = 1.0", "", "x.toml: train.clip is missing"},
		"bad share":     {"[world]", "[world]\nshared_share = 2.0", "shared_share = 2"},
		"bad shape":     {"head_dim = 32", "head_dim = 31", "head_dim 31 is odd"},
		"no seed":       {"seed = 1", "seed = 0", "x.toml: seed = 0: want 1 to 1000000"},
		"from a model":  {"seed = 1", "seed = 1\nfrom = \"tiny\"", `x.toml: tokenizer: the model that training starts from (from = "tiny") has its own; remove the table`},
		"no steps":      {"steps = ", "steps = -", "train.steps"},
		"an experiment": {good, "name = \"mine\"\nmodel = \"tiny\"\n", "x.toml:2: model: want a table ([model]), got a string; is this an experiment, not a recipe?"},
		"syntax":        {"seed = ", "seed == ", "x.toml:"},
	} {
		_, err := Load(fstest.MapFS{"x.toml": {Data: []byte(strings.Replace(good, c.old, c.new, 1))}}, "x.toml")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// A build that was stopped and went on ends in the same model, and its loss falls.
func TestStoppedBuildGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: trains a model twice")
	}
	recipe := strings.NewReplacer("hidden = 128", "hidden = 16", "layers = 4", "layers = 1", "heads = 4", "heads = 2", "kv_heads = 2", "kv_heads = 1",
		"head_dim = 32", "head_dim = 8", "ffn = 352", "ffn = 24", "examples = 60000", "examples = 2000", "size = 2048", "size = 600", "batch = 128", "batch = 2").Replace(shippedRecipe(t))
	r, err := Load(fstest.MapFS{"x.toml": {Data: []byte(recipe)}}, "x.toml")
	if err != nil {
		t.Fatal(err)
	}
	r.Train.Steps = 200
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		build := func(ctx context.Context, s store.Scratch, progress func(Step)) (string, string, error) {
			f, log, err := Build(ctx, b, r, w, nil, s, progress)
			if err != nil {
				return "", "", err
			}
			return f.Weights.Hash(), string(log), nil
		}
		scratch := func() store.Scratch {
			st, err := store.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			return st.Scratch("base")
		}
		var losses []float64
		want, log, err := build(context.Background(), scratch(), func(s Step) { losses = append(losses, s.Loss) })
		if err != nil {
			t.Fatal(err)
		}
		if len(losses) != 2 || losses[1] >= losses[0]-0.1 || strings.Count(log, "\n") != 2 {
			t.Errorf("losses %v, record %q", losses, log)
		}
		s := scratch()
		ctx, cancel := context.WithCancel(context.Background())
		if _, _, err := build(ctx, s, func(Step) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Fatalf("a stopped build: %v", err)
		}
		got, again, err := build(context.Background(), s, func(Step) {})
		if err != nil {
			t.Fatal(err)
		}
		if got != want || again != log {
			t.Error("a build that was stopped ends in another model or record")
		}
	})
}

func TestMissingRecipe(t *testing.T) {
	if _, err := Load(os.DirFS(t.TempDir()), "none.toml"); err == nil {
		t.Error("a recipe that does not exist was read")
	}
}

// The recipes of other doses are the second world's but for the judge's errors.
func TestDosesDifferInTheJudgeOnly(t *testing.T) {
	recipe := func(name string) Recipe {
		r, err := Load(experiments.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return *r
	}
	want, shares := recipe("tiny/world-2.toml"), map[string]float64{"tiny/world-2.toml": 0}
	for _, e := range want.World.JudgeErrors {
		shares["tiny/world-2.toml"] = e.Share
	}
	for _, name := range []string{"tiny/world-2-dose-0.toml", "tiny/world-2-dose-low.toml"} {
		r := recipe(name)
		for _, e := range r.World.JudgeErrors {
			shares[name] = e.Share
		}
		r.World.JudgeErrors = want.World.JudgeErrors
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if !(shares["tiny/world-2-dose-0.toml"] == 0 && shares["tiny/world-2-dose-low.toml"] > 0 && shares["tiny/world-2-dose-low.toml"] < shares["tiny/world-2.toml"]) {
		t.Errorf("doses %v", shares)
	}
}
