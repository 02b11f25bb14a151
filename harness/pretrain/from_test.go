package pretrain

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/experiments"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/world"
)

// fromRecipe starts from a model; seeds are parts of the mixture.
func fromRecipe(t *testing.T) *Recipe {
	t.Helper()
	source := shippedRecipe(t)
	source = "from = \"tiny-1\"\n" + source[:strings.Index(source, "[tokenizer]")] + source[strings.Index(source, "[train]"):]
	r, err := Load(fstest.MapFS{"x.toml": {Data: []byte(source)}}, "x.toml")
	if err != nil {
		t.Fatal(err)
	}
	r.World.Languages, r.World.Under = []string{"en", "de"}, nil
	r.Train.Steps, r.Train.Batch, r.Train.Tokens, r.Train.LearningRate = 4, 2, 256, 1e-3
	return r
}

// A recipe that starts from a model keeps its tokenizer and moves its weights, and each seed moves them elsewhere: it meets examples that no
// smaller seed meets, and that further training of its own model does not meet again.
func TestBuildFromAModel(t *testing.T) {
	tokenizer, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := text.Parse(tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	config := model.Config{Vocab: parsed.Size(), Hidden: 16, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 8, FFN: 24, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		hashes := map[string]bool{}
		for seed := uint64(1); seed <= 2; seed++ {
			r := fromRecipe(t)
			r.Seed = seed
			w, err := world.Open(experiments.Files, r.World)
			if err != nil {
				t.Fatal(err)
			}
			start := &model.Folder{Config: config, Tokenizer: tokenizer, Weights: model.New(config, 1)}
			hashes[start.Weights.Hash()] = true
			st, err := store.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			made, log, err := Build(context.Background(), b, r, w, start, st.Scratch("x"), func(Step) {})
			if err != nil {
				t.Fatal(err)
			}
			if string(made.Tokenizer) != string(tokenizer) || strings.Count(string(log), "\n") != 1 {
				t.Errorf("another tokenizer, or the record %q", log)
			}
			hashes[made.Weights.Hash()] = true
			if f := r.Further(w, 0.5, 3); r.behind() != int(seed-1)*4 || f.Behind != int(seed)*4 {
				t.Errorf("seed %d is behind %d steps, its further training behind %d", seed, r.behind(), f.Behind)
			}
		}
		if len(hashes) != 3 { // the start, and a model of each seed
			t.Errorf("%d models", len(hashes))
		}
	})
}

// The key of a build names the model that it starts from.
func TestKeyNamesTheStart(t *testing.T) {
	r := fromRecipe(t)
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		t.Fatal(err)
	}
	config := model.Config{Vocab: 8, Hidden: 4, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 4, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	keys := map[string]bool{}
	for _, start := range []*model.Folder{nil, {Config: config, Weights: model.New(config, 1)}, {Config: config, Weights: model.New(config, 2)}} {
		key, err := Key("cpu", r, w, start)
		if err != nil {
			t.Fatal(err)
		}
		keys[key] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d keys of three builds", len(keys))
	}
}
