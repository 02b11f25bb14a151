package model_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"congrad/harness/model"
)

// A Unigram that went through GGUF's lists comes back as one of the same ids: its tokens, their kinds and scores, special tokens with the
// score that llama.cpp's converter writes.
func TestUnigramComesBackFromMetadata(t *testing.T) {
	original, err := os.ReadFile("../text/testdata/families/unigram.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Added []struct{ Content string } `json:"added_tokens"`
		Model struct{ Vocab [][2]any }
	}
	if err := json.Unmarshal(original, &f); err != nil {
		t.Fatal(err)
	}
	yes := true
	g := model.GGUFTokenizer{Model: "t5", BOS: 1, EOS: -1, EOT: -1, Unknown: 0, Padding: -1, AddBOS: &yes}
	for _, pair := range f.Model.Vocab {
		token, kind, score := pair[0].(string), int32(model.GGUFNormal), float32(pair[1].(float64))
		if len(token) == 6 && token[:3] == "<0x" {
			kind = model.GGUFByte
		}
		g.Tokens, g.Types, g.Scores = append(g.Tokens, token), append(g.Types, kind), append(g.Scores, score)
	}
	for _, a := range f.Added {
		id := slices.Index(g.Tokens, a.Content)
		if id < 0 {
			id = len(g.Tokens)
			g.Tokens, g.Types, g.Scores = append(g.Tokens, a.Content), append(g.Types, 0), append(g.Scores, 0)
		}
		g.Types[id], g.Scores[id] = model.GGUFControl, -1000
	}
	g.Types[0] = model.GGUFUnknown
	made, err := g.File()
	if err != nil {
		t.Fatal(err)
	}
	sameTokenizer(t, made, original)
}
