package model

import (
	"strings"
	"testing"
)

func TestSetsOfProjections(t *testing.T) {
	two := Config{Vocab: 4, Hidden: 2, Layers: 2, Heads: 1, KVHeads: 1, HeadDim: 2, FFN: 2}
	names := func(layers string) string {
		var list []string
		for _, s := range two.Projections(layers) {
			list = append(list, strings.TrimSuffix(strings.TrimPrefix(s.Name, "model.layers."), "_proj.weight"))
		}
		return strings.Join(list, " ")
	}
	for layers, want := range map[string]string{
		Attention: "0.self_attn.q 0.self_attn.k 0.self_attn.v 0.self_attn.o 1.self_attn.q 1.self_attn.k 1.self_attn.v 1.self_attn.o",
		MLP:       "0.mlp.gate 0.mlp.up 0.mlp.down 1.mlp.gate 1.mlp.up 1.mlp.down",
		Last:      "1.self_attn.q 1.self_attn.k 1.self_attn.v 1.self_attn.o 1.mlp.gate 1.mlp.up 1.mlp.down",
	} {
		if got := names(layers); got != want {
			t.Errorf("%s: %s", layers, got)
		}
	}
	if names(AllProjections) != names("") || len(two.Projections("")) != 14 {
		t.Errorf("all: %s", names(AllProjections))
	}
	eleven := Config{Vocab: 4, Hidden: 2, Layers: 11, Heads: 1, KVHeads: 1, HeadDim: 2, FFN: 2}
	for _, s := range eleven.Projections(Last) {
		if !strings.HasPrefix(s.Name, "model.layers.10.") {
			t.Errorf("%s is not in the last block", s.Name)
		}
	}
}
