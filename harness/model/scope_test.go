package model

import (
	"slices"
	"testing"
)

func TestParts(t *testing.T) {
	shapes := Config{Vocab: 4, Hidden: 2, Layers: 2, Heads: 1, KVHeads: 1, HeadDim: 2, FFN: 2}.Shapes()
	blocks := Parts(shapes, EachBlock)
	for i, s := range shapes {
		for j, r := range shapes {
			if same := s.block() == r.block(); same != (blocks[i] == blocks[j]) {
				t.Errorf("%s and %s: parts %d and %d", s.Name, r.Name, blocks[i], blocks[j])
			}
		}
	}
	if got := slices.Max(blocks); got != 2 { // two decoder blocks and the rest
		t.Errorf("%d parts by block, want 3", got+1)
	}
	if whole := Parts(shapes, WholeModel); slices.Max(whole) != 0 {
		t.Errorf("the whole model has parts %v", whole)
	}
	for i, part := range Parts(shapes, EachWeight) {
		if part != i {
			t.Errorf("weight %d is in part %d", i, part)
		}
	}
	if b := (Shape{Name: "model.layers.12.mlp.up_proj.weight"}).block(); b != "12" {
		t.Errorf("block %q, want 12", b)
	}
}
