package model

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/harness/model/safetensors"

	"github.com/google/go-cmp/cmp"
)

// The constants of an Apertus are held against those that are computed with, are no weights, and are written again: without them
// transformers computes with what its memory holds.
func TestConstantsOfAnActivation(t *testing.T) {
	dir := os.DirFS("../nn/testdata/families/apertus")
	f, err := LookBare(dir)
	if err == nil {
		_, err = f.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Config.Shapes() {
		if strings.HasSuffix(s.Name, ".beta") || strings.HasSuffix(s.Name, ".eps") {
			t.Errorf("%s is trained", s.Name)
		}
	}
	f.Tokenizer = []byte("{}")
	files, err := f.Files()
	if err != nil {
		t.Fatal(err)
	}
	read := func(data []byte) []NamedTensor {
		list, err := UnmarshalSafetensors(data)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(list, func(a, b NamedTensor) int { return strings.Compare(a.Name, b.Name) })
		return list
	}
	original, err := os.ReadFile("../nn/testdata/families/apertus/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	want, got := read(original), read(files["model.safetensors"])
	for i := range want { // the original is in bfloat16
		if strings.HasSuffix(want[i].Name, ".eps") {
			want[i].Data[0] = -1e-6
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if again, err := Open(fsOf(files)); err != nil || cmp.Diff(again.Weights.Tensors, f.Weights.Tensors) != "" {
		t.Errorf("read again: %v", err)
	}
	for i := range got {
		if strings.HasSuffix(got[i].Name, ".layers.1.mlp.act_fn.beta") {
			got[i].Data[0] = 0.25
		}
	}
	if files["model.safetensors"], err = MarshalSafetensors(got, nil); err != nil {
		t.Fatal(err)
	}
	const refused = "model.layers.1.mlp.act_fn.beta is 0.25; 0.5 is supported"
	if _, err := Open(fsOf(files)); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("%v, want %q", err, refused)
	}
	llama := Config{Vocab: 2, Hidden: 2, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 2, FFN: 2}
	tensors := []NamedTensor{{"model.layers.0.mlp.act_fn.beta", []int{}, []float32{0.5}}}
	for _, s := range llama.Shapes() {
		tensors = append(tensors, NamedTensor{s.Name, s.Dims, make([]float32, s.Size())})
	}
	data, err := MarshalSafetensors(tensors, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := safetensors.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadWeights(llama, c); err == nil || !strings.Contains(err.Error(), "act_fn.beta") {
		t.Errorf("of a Llama: %v", err)
	}
}

func fsOf(files map[string][]byte) fstest.MapFS {
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	return dir
}
