package open

import "testing"

// Every embedded model opens under its name, with weights of its own; all read alike, and their worlds ask the same.
func TestEmbeddedModels(t *testing.T) {
	weights := map[string]string{}
	var tokenizer, asks string
	for _, name := range Embedded() {
		base, chat, err := Model(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := chat.Trains(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if other := weights[base.Weights.Hash()]; other != "" {
			t.Errorf("%s and %s are one model", name, other)
		}
		weights[base.Weights.Hash()] = name
		w, r, err := World(name)
		if err != nil {
			t.Fatal(err)
		}
		if tokenizer == "" {
			tokenizer, asks = string(base.Tokenizer), w.Digest()
		}
		if string(base.Tokenizer) != tokenizer || w.Digest() != asks {
			t.Errorf("%s reads or asks otherwise than %s", name, Embedded()[0])
		}
		if b, _ := findEmbedded(name); r.Seed != b.seed {
			t.Errorf("%s: the recipe has seed %d, want %d", name, r.Seed, b.seed)
		}
	}
}

// A model of one's own has the recipe of the default.
func TestWorldOfAnotherModel(t *testing.T) {
	_, own, err := World("my-model")
	if err != nil {
		t.Fatal(err)
	}
	_, standard, err := World("tiny")
	if err != nil {
		t.Fatal(err)
	}
	if own.From != standard.From || own.World.RightRate != standard.World.RightRate || own.Train != standard.Train {
		t.Errorf("%+v, want %+v", own, standard)
	}
}
