package model

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// Of a tied model the one matrix may have either name, in one file or several.
func TestTiedModelOfEitherName(t *testing.T) {
	want := New(small, 1)
	folder := &Folder{Config: small, Tokenizer: []byte("{}"), Weights: want}
	files, err := folder.Files()
	if err != nil {
		t.Fatal(err)
	}
	headed := func(config string) (*Folder, error) {
		var tensors []NamedTensor
		for i, s := range small.Shapes() {
			if s.Name == embeddingName {
				s.Name = headName
			}
			tensors = append(tensors, NamedTensor{s.Name, s.Dims, want.Tensors[i]})
		}
		data, err := MarshalSafetensors(tensors, nil)
		if err != nil {
			t.Fatal(err)
		}
		return Open(fstest.MapFS{"config.json": {Data: []byte(config)}, "tokenizer.json": {Data: []byte("{}")}, "model.safetensors": {Data: data}})
	}
	config := string(files["config.json"])
	got, err := headed(config)
	if err != nil {
		t.Fatal(err)
	}
	if got.Weights.Hash() != want.Hash() {
		t.Error("the weights differ")
	}
	again, err := got.Files()
	if err != nil || !bytes.Equal(again["model.safetensors"], files["model.safetensors"]) {
		t.Errorf("it is not written as other models: %v", err)
	}
	untied := strings.Replace(config, `"tie_word_embeddings": true`, `"tie_word_embeddings": false`, 1)
	if _, err := headed(untied); untied == config || err == nil || !strings.Contains(err.Error(), `no tensor "model.embed_tokens.weight"`) {
		t.Errorf("without tied embeddings: %v", err)
	}
}

// The same in a GGUF file. The header keeps its length: what the name loses, the chat template gains.
func TestTiedGGUFOfEitherName(t *testing.T) {
	data, err := os.ReadFile("testdata/gguf/gemma2.gguf")
	if err != nil {
		t.Fatal(err)
	}
	read := func(data []byte) *Weights {
		t.Helper()
		f, err := LookBareGGUF(fstest.MapFS{"x": {Data: data}}, "x")
		if err != nil {
			t.Fatal(err)
		}
		w, err := f.Load()
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	renamed := data
	for old, replacement := range map[string]string{ggufEmbedding: ggufHead, "{{ messages }}": "{{ messages }}    "} {
		if bytes.Count(renamed, text(old)) != 1 {
			t.Fatalf("%q is not in the file once", old)
		}
		renamed = bytes.Replace(renamed, text(old), text(replacement), 1)
	}
	if got, want := read(renamed), read(data); got.Hash() != want.Hash() || len(renamed) != len(data) {
		t.Error("the weights differ")
	}
}
