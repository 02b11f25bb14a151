package open

import (
	"fmt"
	"path"
	"slices"

	"congrad/experiments"
	"congrad/harness/pretrain"
	"congrad/harness/world"
)

// embedded is a base model that the program brings along.
type embedded struct {
	name   string // as --model and an experiment's model may say it
	dir    string // of experiments.Files
	recipe string // the file that makes it
	seed   uint64 // in place of the recipe's: bases of one recipe differ in their part of the mixture
}

// bases are all of them; the first is the default.
var bases = []embedded{
	{"tiny", "tiny/base-2a", "tiny/world-2.toml", 1},
	{"tiny-b", "tiny/base-2b", "tiny/world-2.toml", 2},
	{"tiny-c", "tiny/base-2c", "tiny/world-2.toml", 3},
	{"tiny-d", "tiny/base-2d", "tiny/world-2.toml", 4},
	{"tiny-e", "tiny/base-2e", "tiny/world-2.toml", 5},
	{"tiny-f", "tiny/base-2f", "tiny/world-2.toml", 6},
	{"tiny-1", "tiny/base-1", "tiny/world-1.toml", 1},
}

// Embedded lists the names of the base models that the program brings along, the default first.
func Embedded() []string {
	names := make([]string, len(bases))
	for i, b := range bases {
		names[i] = b.name
	}
	return names
}

func findEmbedded(name string) (embedded, bool) {
	i := slices.IndexFunc(bases, func(b embedded) bool { return b.name == name })
	if i < 0 {
		return embedded{}, false
	}
	return bases[i], true
}

// World makes the embedded world that a base model was trained on, and returns it with that model's recipe. A model of one's own has
// the default's. Worlds differ in their mixtures only, and not in what they ask.
func World(name string) (*world.World, *pretrain.Recipe, error) {
	b, ok := findEmbedded(name)
	if !ok {
		b = bases[0]
	}
	r, err := pretrain.Load(experiments.Files, b.recipe)
	if err != nil {
		return nil, nil, fmt.Errorf("experiments/%s: %w", path.Base(b.recipe), err)
	}
	r.Seed = b.seed
	w, err := world.Open(experiments.Files, r.World)
	return w, r, err
}
