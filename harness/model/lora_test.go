package model

import (
	"math"
	"testing"
)

// Adapters stand beside the matrices of their set, and everything else is frozen.
func TestAdapters(t *testing.T) {
	c := small
	c.Layers = 2
	for layers, projections := range map[string]int{AllProjections: 14, Attention: 8, MLP: 6, Last: 7} {
		c.LoRA = LoRA{Rank: 3, Alpha: 6, Layers: layers}
		if len(c.Shapes()) != 2*projections || len(c.Projections("")) != 2*projections {
			t.Errorf("%s: %d adapters, want %d", layers, len(c.Shapes()), 2*projections)
		}
		if len(c.Frozen()) != len(c.Base().Shapes()) || len(c.Base().Frozen()) != 0 {
			t.Errorf("%s: %d of %d weights are frozen", layers, len(c.Frozen()), len(c.Base().Shapes()))
		}
		for _, s := range c.Frozen() {
			a, b, ok := c.Adapters(s.Name)
			for _, shape := range c.Shapes() {
				if ok && (shape.Name == a && (shape.Dims[0] != 3 || shape.Dims[1] != s.Dims[1]) || shape.Name == b && (shape.Dims[0] != s.Dims[0] || shape.Dims[1] != 3)) {
					t.Errorf("%s %v has the adapter %s %v", s.Name, s.Dims, shape.Name, shape.Dims)
				}
			}
		}
	}
	if plain := small; plain.identity() == c.identity() || New(c, 1).Hash() == New(c.Base(), 1).Hash() {
		t.Error("adapters do not enter the hash")
	}
}

// W + (alpha/rank)·B·A, entry by entry; new adapters change nothing.
func TestMerge(t *testing.T) {
	c := small
	c.LoRA = LoRA{Rank: 3, Alpha: 6, Layers: MLP}
	frozen, adapters := New(small, 1), New(c, 2)
	same, err := Merge(frozen, adapters)
	if err != nil || same.Hash() != frozen.Hash() {
		t.Errorf("new adapters change the model: %v", err)
	}
	for _, data := range adapters.Tensors {
		for i := range data {
			data[i] = float32(i%5) - 2
		}
	}
	merged, err := Merge(frozen, adapters)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range small.Shapes() {
		nameA, nameB, ok := c.Adapters(s.Name)
		for j, x := range merged.Tensors[i] {
			want := float64(frozen.Tensors[i][j])
			if ok {
				a, errA := adapters.Read(Shape{Name: nameA})
				b, errB := adapters.Read(Shape{Name: nameB})
				if errA != nil || errB != nil {
					t.Fatal(errA, errB)
				}
				in := s.Dims[1]
				for k := range 3 {
					want += 2 * float64(b[j/in*3+k]) * float64(a[k*in+j%in])
				}
			}
			if math.Abs(float64(x)-want) > 1e-6*(1+math.Abs(want)) {
				t.Fatalf("%s, entry %d: %g, want %g", s.Name, j, x, want)
			}
		}
	}
	if _, err := Merge(frozen, frozen); err == nil {
		t.Error("a model was merged into itself")
	}
	c.LoRA, c.Vocab = LoRA{Rank: 1, Alpha: 1}, 9
	if _, err := Merge(frozen, New(c, 1)); err == nil {
		t.Error("adapters of another model were merged")
	}
}

// A rehearsal's weights are those that New draws, however they are read.
func TestRehearsal(t *testing.T) {
	files, err := (&Folder{Config: small, Tokenizer: []byte("{}"), Weights: New(small, 4)}).Files()
	if err != nil {
		t.Fatal(err)
	}
	f := Rehearsal(small, files["config.json"], []byte("{}"), 4)
	hash, err := f.Hash()
	if err != nil || hash != New(small, 4).Hash() {
		t.Errorf("hash %s: %v", hash, err)
	}
	again, err := f.Files()
	if err != nil || string(again["model.safetensors"]) != string(files["model.safetensors"]) {
		t.Errorf("other weights were written: %v", err)
	}
}
