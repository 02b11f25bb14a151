// Package pretrain makes the base model of the embedded world: a tokenizer and a small language model, trained on the
// world's base mixture. A recipe file rebuilds it.
package pretrain

import (
	"errors"
	"fmt"
	"io/fs"

	"congrad/harness/model"
	"congrad/harness/tomlfile"
	"congrad/harness/userfile"
	"congrad/harness/world"
)

// Recipe is all that a base model depends on.
type Recipe struct {
	// Seed draws the first weights, and says which part of the world's endless mixture is met: seeds share no example. At least 1.
	Seed uint64 `toml:"seed"`
	// From is the model that training starts from, in place of weights drawn at random: one that --model takes. It gives the shape and
	// the tokenizer, so the recipe has no [model] and no [tokenizer]. Default none.
	From      string         `toml:"from" json:",omitempty"` // JSON is what enters the keys of stages
	World     world.Settings `toml:"world"`
	Tokenizer struct {
		Size     int    `toml:"size"`     // tokens, special ones included
		Examples uint64 `toml:"examples"` // of the mixture that it is trained on
	} `toml:"tokenizer"`
	Model struct {
		Hidden   int     `toml:"hidden"`
		Layers   int     `toml:"layers"`
		Heads    int     `toml:"heads"`
		KVHeads  int     `toml:"kv_heads"`
		HeadDim  int     `toml:"head_dim"`
		FFN      int     `toml:"ffn"`
		RopeBase float64 `toml:"rope_base"`
		NormEps  float64 `toml:"norm_eps"`
	} `toml:"model"`
	Train struct {
		Steps        int     `toml:"steps"`
		Batch        int     `toml:"batch"`  // examples in one step
		Tokens       int     `toml:"tokens"` // padded tokens that the device works on at once
		LearningRate float64 `toml:"learning_rate"`
		Warmup       float64 `toml:"warmup"`
		Schedule     string  `toml:"schedule"`
		WeightDecay  float64 `toml:"weight_decay"`
		Clip         float64 `toml:"clip"`
		Beta1        float64 `toml:"beta1"`
		Beta2        float64 `toml:"beta2"`
	} `toml:"train"`
}

// Load reads a recipe. Keys of [world] that it leaves out have the world's defaults; all others have to be given.
func Load(dir fs.FS, name string) (*Recipe, error) {
	data, err := userfile.ReadIn(dir, name, tomlfile.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("reading a recipe: %w", err)
	}
	r := &Recipe{World: world.Defaults()}
	meta, unknown, err := tomlfile.Decode(name, string(data), r)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, hint(string(data)))
	}
	var wrong []error
	for _, key := range unknown {
		wrong = append(wrong, fmt.Errorf("%s: %s: no such key", name, key))
	}
	for _, key := range required(r.From) {
		if !meta.IsDefined(splitKey(key)...) {
			wrong = append(wrong, fmt.Errorf("%s: %s is missing", name, key))
		}
	}
	if err := r.World.Check(); err != nil {
		wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
	}
	if r.From == "" {
		if err := r.Config().Check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
		}
	}
	for _, table := range []string{"tokenizer", "model"} {
		if r.From != "" && meta.IsDefined(table) {
			wrong = append(wrong, fmt.Errorf("%s: %s: the model that training starts from (from = %q) has its own; remove the table", name, table, r.From))
		}
	}
	if r.Seed < 1 || r.Seed > mostSeeds {
		wrong = append(wrong, fmt.Errorf("%s: seed = %d: want 1 to %d", name, r.Seed, mostSeeds))
	}
	if r.Train.Steps < 1 || r.Train.Batch < 1 || r.Train.Tokens < 64 {
		wrong = append(wrong, fmt.Errorf("%s: train.steps, train.batch and train.tokens must be at least 1, 1 and 64", name))
	}
	return r, errors.Join(wrong...)
}

// mostSeeds bounds a seed, so that the index of an example does not wrap.
const mostSeeds = 1000000

// required are the keys that a recipe has to give.
func required(from string) []string {
	keys := []string{
		"seed", "train.steps", "train.batch", "train.tokens", "train.learning_rate", "train.warmup", "train.schedule", "train.weight_decay", "train.clip",
		"train.beta1", "train.beta2",
	}
	if from != "" {
		return keys
	}
	return append(keys, "tokenizer.size", "tokenizer.examples", "model.hidden", "model.layers", "model.heads", "model.kv_heads", "model.head_dim",
		"model.ffn", "model.rope_base", "model.norm_eps")
}

// behind is how many steps of the mixture the recipes with smaller seeds take.
func (r *Recipe) behind() int { return int(r.Seed-1) * r.Train.Steps }

// hint asks whether a file that is not a recipe is an experiment, whose model is a name.
func hint(source string) string {
	var file struct {
		Model any `toml:"model"`
	}
	_, _, _ = tomlfile.Decode("", source, &file) // the error was reported
	if _, name := file.Model.(string); name {
		return "; is this an experiment, not a recipe?"
	}
	return ""
}

// Config is the shape of the model of a recipe that starts from none.
func (r *Recipe) Config() model.Config {
	m := r.Model
	return model.Config{
		Vocab: r.Tokenizer.Size, Hidden: m.Hidden, Layers: m.Layers, Heads: m.Heads, KVHeads: m.KVHeads, HeadDim: m.HeadDim, FFN: m.FFN,
		RopeBase: m.RopeBase, NormEps: m.NormEps, Tied: true,
	}
}
