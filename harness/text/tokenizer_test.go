package text

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"congrad/experiments"
)

var update = flag.Bool("update", false, "retrain testdata/tokenizer.json and rewrite testdata/lines.json; then run testdata/golden.py")

// declaration is the first paragraph of each article in every language.
func declaration(t *testing.T) []string {
	t.Helper()
	f, err := experiments.Files.Open("tiny/udhr.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var articles map[string][][]string
	if err := json.NewDecoder(z).Decode(&articles); err != nil {
		t.Fatal(err)
	}
	var codes, lines []string
	for code := range articles {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		for _, article := range articles[code] {
			lines = append(lines, article[0])
		}
	}
	return lines
}

// edges are texts in which tokenizers tend to differ.
var edges = []string{
	"", " ", "  ", "a", " a", "a ", "  two  spaces  ", "tab\tand\nnewline\r\n", "\u00a0no\u00a0break", "\u3000ideographic", "1234567.8 −12,5 ١٢٣ ৪৫", "x² ½ Ⅷ",
	"it's don't 'ſ", "é e\u0301 ñ", "हिन्दी में नमस्ते", "ภาษาไทย", "বাংলা", "한국어 텍스트", "日本語、テスト。", "العربية مُشَكَّلة", "👩‍👩‍👧 🇫🇷 ok", "a\u200db\u200cc", "\u0000\u0001",
	"<|user|>", "a<|end|>b", "<|bos|><|user|> x<|assistant|>", "<|en", "<|END|>", strings.Repeat("a", 300), strings.Repeat("ab ", 100), "mixed РУС123日本 text!?—…",
}

// The ids of an independent implementation, for every line and edge case. testdata/golden.py makes golden.json with the
// Python package tokenizers from tokenizer.json and lines.json.
func TestIDsAreThoseOfTheReference(t *testing.T) {
	if *update {
		rewriteFixtures(t)
		t.Skip("fixtures rewritten; now run python3 harness/text/testdata/golden.py")
	}
	tok, lines := fixture(t)
	var golden []struct {
		IDs     []int
		Decoded string
	}
	readJSON(t, "golden.json", &golden)
	if len(golden) != len(lines) {
		t.Fatalf("%d golden entries for %d lines", len(golden), len(lines))
	}
	for i, line := range lines {
		if got := tok.Encode(line); !slices.Equal(got, golden[i].IDs) {
			t.Errorf("%.60q: ids %v, the reference has %v", line, got, golden[i].IDs)
		}
		if got := tok.Decode(golden[i].IDs); got != golden[i].Decoded {
			t.Errorf("%.60q: decodes to %q, by the reference to %q", line, got, golden[i].Decoded)
		}
	}
}

func rewriteFixtures(t *testing.T) {
	lines := append(declaration(t), edges...)
	data, err := Train(declaration(t), 700, SpecialTokens)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(lines, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"tokenizer.json": data, "lines.json": text} {
		if err := os.WriteFile(filepath.Join("testdata", name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func fixture(t testing.TB) (*Tokenizer, []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	readJSON(t, "lines.json", &lines)
	return tok, lines
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	tok, lines := fixture(t)
	for _, line := range lines {
		if got := tok.Decode(tok.Encode(line)); got != line {
			t.Errorf("%.60q comes back as %.60q", line, got)
		}
	}
}

func TestTokenizerIsSafeForConcurrentUse(t *testing.T) {
	tok, lines := fixture(t)
	var want [][]int
	for _, line := range lines {
		want = append(want, tok.Encode(line))
	}
	fresh, _ := fixture(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i, line := range lines {
				if !slices.Equal(fresh.Encode(line), want[i]) {
					t.Errorf("%.40q is cut otherwise by one of several callers", line)
				}
			}
		})
	}
	wait.Wait()
}

func TestTrainingIsDeterministic(t *testing.T) {
	lines := declaration(t)[:60]
	a, err := Train(lines, 400, SpecialTokens)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Train(lines, 400, SpecialTokens)
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Error("the same texts give two tokenizers")
	}
	tok, err := Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	if tok.Size() != 400 {
		t.Errorf("%d tokens, want 400", tok.Size())
	}
	if _, err := Train([]string{"ab"}, 400, SpecialTokens); err == nil || !strings.Contains(err.Error(), "give only") {
		t.Errorf("too little text: %v", err)
	}
	if _, err := Train(lines, 100, SpecialTokens); err == nil {
		t.Error("fewer tokens than bytes are accepted")
	}
}

// What the reader cannot reproduce it refuses by name.
func TestParseRefuses(t *testing.T) {
	good, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	const post = `"post_processor": {"type": "TemplateProcessing", "pair": [], "special_tokens": {"x": {"id": "x", "ids": [%s], "tokens": ["x"]}}, "single": [%s]}`
	const textPart, tokenPart = `{"Sequence": {"id": "A", "type_id": 0}}`, `{"SpecialToken": {"id": "x", "type_id": 0}}`
	for name, c := range map[string]struct{ old, new, want string }{
		"another model":          {`"type": "BPE"`, `"type": "WordPiece"`, `model.type "WordPiece" is not supported; BPE and Unigram are`},
		"an unknown key":         {`"version"`, `"postscript": 1, "version"`, `unknown field "postscript"`},
		"an unknown flag":        {`"fuse_unk"`, `"merge_twice": true, "fuse_unk"`, `unknown field "merge_twice"`},
		"dropout":                {`"dropout": null`, `"dropout": 0.1`, "model.dropout 0.1"},
		"a prefix":               {`"continuing_subword_prefix": null`, `"continuing_subword_prefix": "##"`, `continuing_subword_prefix "##"`},
		"a suffix":               {`"end_of_word_suffix": null`, `"end_of_word_suffix": "</w>"`, `end_of_word_suffix "</w>"`},
		"an unknown token":       {`"unk_token": null`, `"unk_token": "a"`, "unk_token"},
		"byte fallback":          {`"byte_fallback": false`, `"byte_fallback": true`, "byte_fallback"},
		"another normalizer":     {`"normalizer": null`, `"normalizer": {"type": "NFKC"}`, "normalizer: null and NFC are supported"},
		"a stripping normalizer": {`"normalizer": null`, `"normalizer": {"type": "NFC", "strip_left": true}`, "normalizer: null and NFC are supported"},
		"no pre-tokenizer":       {`"pre_tokenizer": {`, `"pre_tokenizer": null, "decoder": {`, "normalizer: without ByteLevel and Metaspace only"},
		"another step":           {`"type": "Split"`, `"type": "Metaspace"`, "Digits(individual_digits)"},
		"removed pieces":         {`"Isolated"`, `"Removed"`, "Digits(individual_digits)"},
		"inverted pieces":        {`"invert": false`, `"invert": true`, "Digits(individual_digits)"},
		"a space in front":       {`"add_prefix_space": false`, `"add_prefix_space": true`, "pre_tokenizer: supported are"},
		"ByteLevel's regex":      {`"use_regex": false`, `"use_regex": true`, "Digits(individual_digits)"},
		"another pattern":        {` ?[\\p{L}\\p{M}]+|`, `\\s+(?!\\S)|`, "the splitting pattern"},
		"another decoder":        {"\"add_prefix_space\": true,\n    \"trim_offsets\": true,\n    \"type\": \"ByteLevel\"", `"type": "WordPiece"`, "only the decoder ByteLevel"},
		"another post-processor": {`"post_processor": null`, `"post_processor": {"type": "BertProcessing"}`, `post_processor: "BertProcessing" is not supported`},
		"a template's wrong id":  {`"post_processor": null`, fmt.Sprintf(post, "700", tokenPart+","+textPart), "the id 700"},
		"a template's negative":  {`"post_processor": null`, fmt.Sprintf(post, "-1", tokenPart+","+textPart), "the id -1"},
		"a template of nothing":  {`"post_processor": null`, fmt.Sprintf(post, "1", tokenPart), "no place for the text"},
		"a text twice":           {`"post_processor": null`, fmt.Sprintf(post, "1", textPart+","+textPart), "once, the text A"},
		"an unknown special":     {`"post_processor": null`, fmt.Sprintf(post, "1", textPart+`,{"SpecialToken": {"id": "y"}}`), `"y" is not among`},
		"an empty token":         {`"content": "\u003c|pad|\u003e"`, `"content": ""`, "has to be listed once and not be empty"},
		"a token listed twice":   {`"content": "\u003c|pad|\u003e"`, `"content": "<|bos|>"`, "the id 0; the reference library would give it 1"},
		"a renumbered token":     {`"content": "\u003c|pad|\u003e"`, `"content": "<|extra|>"`, "the id 0; the reference library would give it 700"},
		"an id beyond the end":   {`"\u003c|pad|\u003e": 0`, `"\u003c|pad|\u003e": 700`, `"<|pad|>" has the id 700`},
		"a huge id":              {`"\u003c|pad|\u003e": 0`, `"\u003c|pad|\u003e": 9000000000000000000`, "has the id 9000000000000000000"},
		"a negative id":          {`"\u003c|pad|\u003e": 0`, `"\u003c|pad|\u003e": -1`, "has the id -1"},
		"an id twice":            {`"\u003c|pad|\u003e": 0`, `"\u003c|pad|\u003e": 1`, "have the id 1"},
		"a merge of one":         {`"merges": [`, `"merges": ["ab", `, "merges: number 1, "},
		"a merge of three":       {`"merges": [`, `"merges": ["a b c", `, "merges: number 1, "},
		"a merge of strangers":   {`"merges": [`, `"merges": ["日 本", `, `merges: number 1: "日" is not in the vocabulary`},
		"mixed merges":           {`"merges": [`, `"merges": [["a", "b"], `, "merges"},
		"trailing data":          {"{", "{} {", "follows"},
		"no JSON":                {`{`, `[`, "tokenizer.json"},
	} {
		if !strings.Contains(string(good), c.old) {
			t.Errorf("%s: the file has no %q", name, c.old)
		}
		_, err := Parse([]byte(strings.Replace(string(good), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// Without merges every text would fall apart into symbols, with nothing to show it; an empty object is no tokenizer.
func TestMergesAreNeeded(t *testing.T) {
	good, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(good, &f); err != nil {
		t.Fatal(err)
	}
	m := f["model"].(map[string]any)
	for _, spoil := range []func(){func() { m["merges"] = []any{} }, func() { delete(m, "merges") }} {
		spoil()
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data); err == nil || !strings.Contains(err.Error(), "model.merges is missing or empty, but ") {
			t.Errorf("without merges: %v", err)
		}
	}
	if _, err := Parse([]byte("{}")); err == nil || err.Error() != `tokenizer.json: has no "model": not the tokenizer.json of a model` {
		t.Errorf("an empty object: %v", err)
	}
}

// A merge that a file lists twice has the rank of its last place, and no pair loses its rank to that.
func TestMergesListedTwice(t *testing.T) {
	const file = `{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4}, "merges": ["a b", "b c", "a b"]},
		"decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
			{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel"}]}}`
	tok, err := Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string][]int{"ab": {3}, "bc": {4}, "abc": {0, 4}, "xyz": {}} {
		if got := tok.Encode(s); !slices.Equal(got, want) {
			t.Errorf("%q has the ids %v, want %v", s, got, want)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, e := range edges {
		f.Add(e)
	}
	tok, _ := fixture(f)
	f.Fuzz(func(t *testing.T, s string) {
		ids := tok.Encode(s)
		for _, id := range ids {
			if id < 0 || id >= tok.Size() {
				t.Fatalf("id %d", id)
			}
		}
		if utf8.ValidString(s) && tok.Decode(ids) != s {
			t.Fatalf("%q comes back as %q", s, tok.Decode(ids))
		}
	})
}

func FuzzParse(f *testing.F) {
	const gemma = `{"version":"1.0","added_tokens":[{"id":1,"content":"<e>","special":true},{"id":7,"content":"▁▁"}],
		"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},
		"pre_tokenizer":{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false},
		"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<e>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
			"pair":[],"special_tokens":{"<e>":{"id":"<e>","ids":[1],"tokens":["<e>"]}}},
		"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]},
		"model":{"type":"BPE","unk_token":"<u>","fuse_unk":true,"byte_fallback":true,
			"vocab":{"<u>":0,"<e>":1,"a":2,"▁":3,"▁a":4,"<0xC3>":5,"<0xA9>":6},"merges":[["▁","a"]]}}`
	const bytes = `{"version":"1.0","added_tokens":[{"id":4,"content":"<e>","special":true}],"normalizer":{"type":"NFC"},
		"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel"}]},
		"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"}]},"decoder":{"type":"ByteLevel"},
		"model":{"type":"BPE","ignore_merges":true,"vocab":{"a":0,"Ġ":1,"Ġa":2,"Ã":3},"merges":["Ġ a"]}}`
	for _, seed := range []string{gemma, bytes} {
		if _, err := Parse([]byte(seed)); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Parse(data)
		if err != nil {
			return
		}
		for _, s := range []string{"any text <|end|> 1", " a  a<e>é\u0301▁a", "\xff\u00fc"} {
			ids := tok.Enclose(tok.EncodeMarked(s))
			for _, id := range append(ids, tok.Encode(s)...) {
				if id < 0 || id >= tok.Size() {
					t.Fatalf("%q: id %d of %d", s, id, tok.Size())
				}
			}
			tok.Decode(ids)
			tok.DecodeMarked(append(ids, -1, tok.Size()))
		}
		if c, err := NewChat(tok); err == nil {
			c.Judgement("a", "b")
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	tok, lines := fixture(b)
	bytes := 0
	for _, line := range lines {
		bytes += len(line)
	}
	b.SetBytes(int64(bytes))
	for b.Loop() {
		for _, line := range lines {
			tok.Encode(line)
		}
	}
}

// Truncation and padding of a file are applied by callers that ask for them only, as in transformers.
func TestTruncationAndPaddingAreNotApplied(t *testing.T) {
	data, err := os.ReadFile("testdata/families/llama.json")
	if err != nil {
		t.Fatal(err)
	}
	asks := strings.Replace(string(data), "{", `{"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}, "padding": {"strategy": {"Fixed": 9}, "pad_id": 0},`, 1)
	for _, key := range []string{"truncation", "padding"} {
		asks = strings.NewReplacer(`"`+key+`": null,`, "", `"`+key+`":null,`, "").Replace(asks)
	}
	tok, err := Parse([]byte(asks))
	if err != nil {
		t.Fatal(err)
	}
	const text = "one two three four five"
	if got, want := tok.Encode(text), family(t, "llama").Encode(text); !slices.Equal(got, want) || len(got) < 3 {
		t.Errorf("%v, without them %v", got, want)
	}
}
