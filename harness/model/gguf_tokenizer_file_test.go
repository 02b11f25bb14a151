package model_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/text"
)

// converted is what llama.cpp's converter writes of a tokenizer.json: a list of all tokens, the kind of each, and merges as
// they are. It pads the list to the size of the model's vocabulary.
func converted(t testing.TB, data []byte, pre string, pad int) model.GGUFTokenizer {
	t.Helper()
	var f struct {
		Added []struct {
			ID      int
			Content string
			Special bool
		} `json:"added_tokens"`
		Model struct {
			Vocab  map[string]int
			Merges []any
		}
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	byID := map[int]string{}
	for token, id := range f.Model.Vocab {
		byID[id] = token
	}
	kinds := map[int]int32{}
	for _, a := range f.Added {
		byID[a.ID], kinds[a.ID] = a.Content, model.GGUFUserDefined
		if a.Special {
			kinds[a.ID] = model.GGUFControl
		}
	}
	g := model.GGUFTokenizer{Model: "gpt2", Pre: pre, BOS: -1, EOS: -1, EOT: -1, Unknown: -1, Padding: -1}
	for id := range len(byID) + pad {
		token, ok := byID[id]
		switch {
		case !ok:
			g.Tokens, g.Types = append(g.Tokens, fmt.Sprintf("[PAD%d]", id)), append(g.Types, model.GGUFUnused)
		case kinds[id] != 0:
			g.Tokens, g.Types = append(g.Tokens, token), append(g.Types, kinds[id])
		default:
			g.Tokens, g.Types = append(g.Tokens, token), append(g.Types, model.GGUFNormal)
		}
	}
	for _, m := range f.Model.Merges {
		switch m := m.(type) {
		case string:
			g.Merges = append(g.Merges, m)
		case []any:
			g.Merges = append(g.Merges, fmt.Sprintf("%s %s", m...))
		}
	}
	return g
}

// testTexts are those that the tokenizers of harness/text are compared with the reference on.
func testTexts(t testing.TB) (texts []string) {
	t.Helper()
	data, err := os.ReadFile("../text/testdata/families/texts.json")
	if err == nil {
		err = json.Unmarshal(data, &texts)
	}
	if err != nil || len(texts) < 100 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	return texts
}

// sameTokenizer compares ids, with and without what stands around a text, and decoding.
func sameTokenizer(t *testing.T, made, original []byte) {
	t.Helper()
	got, err := text.Parse(made)
	if err != nil {
		t.Fatal(err)
	}
	want, err := text.Parse(original)
	if err != nil {
		t.Fatal(err)
	}
	if got.Size() != want.Size() {
		t.Errorf("%d tokens, want %d", got.Size(), want.Size())
	}
	for _, s := range testTexts(t) {
		a, b := got.Enclose(got.EncodeMarked(s)), want.Enclose(want.EncodeMarked(s))
		if !slices.Equal(a, b) || !slices.Equal(got.Encode(s), want.Encode(s)) {
			t.Fatalf("%.60q: ids %v, want %v", s, a, b)
		}
		if got.Decode(a) != want.Decode(a) || got.DecodeMarked(a) != want.DecodeMarked(a) {
			t.Fatalf("%.60q: decoded otherwise", s)
		}
	}
}

// A tokenizer.json that went through GGUF's lists comes back as one of the same ids.
func TestTokenizerComesBackFromMetadata(t *testing.T) {
	for _, c := range []struct {
		family, pre string
		pad         int
		same        bool // byte for byte, up to white space
	}{{"smollm2", "smollm", 0, true}, {"llama", "llama-bpe", 0, false}, {"qwen", "qwen2", 7, false}} {
		t.Run(c.family, func(t *testing.T) {
			original, err := os.ReadFile("../text/testdata/families/" + c.family + ".json")
			if err != nil {
				t.Fatal(err)
			}
			g := converted(t, original, c.pre, c.pad)
			if c.pre == "llama-bpe" {
				g.BOS = slices.Index(g.Tokens, "<|begin_of_text|>")
			}
			made, err := g.File()
			if err != nil {
				t.Fatal(err)
			}
			sameTokenizer(t, made, original)
			if c.same && compact(t, made) != compact(t, original) {
				t.Error("the file differs from the original")
			}
		})
	}
}

func compact(t *testing.T, data []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The same with the published files, which are not here: make tokenizers fetches them and runs this test. That of SmolLM2 comes
// back byte for byte.
func TestRealTokenizersComeBackFromMetadata(t *testing.T) {
	dir := os.Getenv("CONGRAD_TOKENIZERS")
	if dir == "" {
		t.Skip("CONGRAD_TOKENIZERS names no folder (make tokenizers)")
	}
	for folder, pre := range map[string]string{"smollm2": "smollm", "llama-3.2": "llama-bpe", "qwen-2.5": "qwen2", "qwen-3": "qwen2"} {
		t.Run(folder, func(t *testing.T) {
			original, err := os.ReadFile(filepath.Join(dir, folder, "tokenizer.json"))
			if err != nil {
				t.Fatal(err)
			}
			g := converted(t, original, pre, 11)
			g.BOS = max(slices.Index(g.Tokens, "<|begin_of_text|>"), -1)
			made, err := g.File()
			if err != nil {
				t.Fatal(err)
			}
			sameTokenizer(t, made, original)
			if folder == "smollm2" && string(made) != string(original) {
				t.Error("the file differs from the published one")
			}
		})
	}
}

func TestTokenizersThatMetadataCannotGive(t *testing.T) {
	yes, no := true, false
	good := model.GGUFTokenizer{
		Model: "gpt2", Pre: "smollm", Tokens: []string{"<s>", "a", "b", "ab"}, Types: []int32{3, 1, 1, 1}, Merges: []string{"a b"},
		BOS: 0, EOS: -1, EOT: -1, Unknown: -1, Padding: -1,
	}
	for name, c := range map[string]struct {
		change func(g *model.GGUFTokenizer)
		want   string
	}{
		"nothing":             {func(g *model.GGUFTokenizer) {}, ""},
		"WordPiece":           {func(g *model.GGUFTokenizer) { g.Model = "bert" }, `tokenizer.ggml.model "bert" is not supported; gpt2 (byte-level BPE), llama (SentencePiece) and t5 (Unigram) are`},
		"a Unigram's scores":  {func(g *model.GGUFTokenizer) { g.Model = "t5" }, "tokenizer.ggml.scores has 0 entries for 4 tokens"},
		"a Unigram's unknown": {func(g *model.GGUFTokenizer) { g.Model, g.Scores = "t5", make([]float32, 4) }, "tokenizer.ggml.unknown_token_id is missing"},
		"a normalization":     {func(g *model.GGUFTokenizer) { g.Model, g.Scores, g.CharsMap = "t5", make([]float32, 4), []uint8{1} }, "tokenizer.ggml.precompiled_charsmap is not supported"},
		"spaces removed":      {func(g *model.GGUFTokenizer) { g.Model, g.Scores, g.RemoveSpaces = "t5", make([]float32, 4), &yes }, "tokenizer.ggml.remove_extra_whitespaces true is not supported"},
		"no scores":           {func(g *model.GGUFTokenizer) { g.Model, g.Merges = "llama", nil }, "scores has 0 entries for 4 tokens, and there are no tokenizer.ggml.merges"},
		"no type":             {func(g *model.GGUFTokenizer) { g.Model, g.Types = "llama", []int32{3, 1, 0, 1} }, `token 2, "b", has the type 0`},
		"another splitting":   {func(g *model.GGUFTokenizer) { g.Pre = "deepseek-llm" }, `tokenizer.ggml.pre "deepseek-llm" is not supported; llama-bpe, qwen2 and smollm are`},
		"no kinds":            {func(g *model.GGUFTokenizer) { g.Types = nil }, "token_type has 0 entries for 4 tokens"},
		"no tokens":           {func(g *model.GGUFTokenizer) { g.Types, g.Tokens = nil, nil }, "token_type has 0 entries for 0 tokens"},
		"a byte token":        {func(g *model.GGUFTokenizer) { g.Types = []int32{3, 1, 6, 1} }, `token 2, "b", has the type 6`},
		"a token twice":       {func(g *model.GGUFTokenizer) { g.Tokens = []string{"<s>", "a", "a", "b"} }, `1 and 2 are both "a"`},
		"an end without one":  {func(g *model.GGUFTokenizer) { g.AddEOS = &yes }, "add_eos_token is set, but there is no eos_token_id"},
		"no beginning":        {func(g *model.GGUFTokenizer) { g.Pre, g.BOS = "llama-bpe", -1 }, "add_bos_token is set, but there is no bos_token_id"},
		"none wanted":         {func(g *model.GGUFTokenizer) { g.Pre, g.BOS, g.AddBOS = "llama-bpe", -1, &no }, ""},
	} {
		g := good
		c.change(&g)
		data, err := g.File()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil {
			continue
		}
		if tok, err := text.Parse(data); err != nil || tok.Size() != 4 {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
	}
	// what the metadata add stands around a text
	good.AddBOS, good.AddEOS, good.EOS = &yes, &yes, 3
	data, err := good.File()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := text.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if ids := tok.Enclose(tok.Encode("ba")); !slices.Equal(ids, []int{0, 2, 1, 3}) {
		t.Errorf("ids %v", ids)
	}
	// a file's own copy is taken as it is
	good.HuggingFace, good.Model = "{}", "llama"
	if data, err := good.File(); err != nil || string(data) != "{}" {
		t.Errorf("%s, %v", data, err)
	}
}
