package text

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// families are the small tokenizers that testdata/families.py makes, with the pipelines of the real ones.
var families = []string{"llama", "qwen", "smollm2", "gemma", "unigram", "unigram-words"}

// golden is what the Python package tokenizers makes of families/texts.json (testdata/goldens.py).
type golden struct {
	Tokenizers string
	SHA256     string
	Examples   [][2][]int // with special tokens read and added; with special tokens as text
	Digests    []string
}

func family(t testing.TB, name string) *Tokenizer {
	t.Helper()
	return open(t, filepath.Join("testdata", "families", name+".json"))
}

func open(t testing.TB, path string) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return tok
}

func familyTexts(t testing.TB) (texts []string) {
	t.Helper()
	readJSON(t, "families/texts.json", &texts)
	return texts
}

func TestFamiliesAreThoseOfTheReference(t *testing.T) {
	for _, name := range families {
		checkGolden(t, filepath.Join("testdata", "families", name+".json"), "families/"+name+".golden")
	}
}

// The real files are not here: their licences forbid it. make tokenizers fetches them and runs this test.
func TestRealFilesAreThoseOfTheReference(t *testing.T) {
	dir := os.Getenv("CONGRAD_TOKENIZERS")
	if dir == "" {
		t.Skip("CONGRAD_TOKENIZERS names no folder (make tokenizers)")
	}
	goldens, err := filepath.Glob("testdata/real/*.golden")
	if err != nil || len(goldens) == 0 {
		t.Fatalf("%d goldens, %v", len(goldens), err)
	}
	for _, path := range goldens {
		name := strings.TrimSuffix(filepath.Base(path), ".golden")
		checkGolden(t, filepath.Join(dir, name, "tokenizer.json"), "real/"+name+".golden")
	}
}

// checkGolden compares encoding and decoding of every text with the reference.
func checkGolden(t *testing.T, path, name string) {
	t.Helper()
	var g golden
	readJSON(t, name, &g)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != g.SHA256 {
		t.Errorf("%s is not the file that %s was made from", path, name)
		return
	}
	tok, texts := open(t, path), familyTexts(t)
	if len(g.Digests) != len(texts) || len(g.Examples) == 0 {
		t.Fatalf("%s: %d digests and %d examples for %d texts", name, len(g.Digests), len(g.Examples), len(texts))
	}
	equal := 0
	for i, s := range texts {
		marked, plain := tok.Enclose(tok.EncodeMarked(s)), tok.Encode(s)
		if i < len(g.Examples) && (!slices.Equal(marked, g.Examples[i][0]) || !slices.Equal(plain, g.Examples[i][1])) {
			t.Errorf("%s: text %d, %.60q: ids %v and %v, the reference has %v", name, i, s, marked, plain, g.Examples[i])
			continue
		}
		back := append(slices.Clone(marked), 0)
		slices.Reverse(back)
		back = append(back[1:], 1e9)
		record := []string{join(marked), join(plain), tok.Decode(back), tok.DecodeMarked(back)}
		if sum := sha256.Sum256([]byte(strings.Join(record, "\n"))); hex.EncodeToString(sum[:])[:12] != g.Digests[i] {
			t.Errorf("%s: text %d, %.60q: not as the reference: ids %.200v", name, i, s, marked)
			continue
		}
		equal++
	}
	t.Logf("%s: %d of %d texts as in tokenizers %s", strings.TrimSuffix(filepath.Base(name), ".golden"), equal, len(texts), g.Tokenizers)
}

func join(ids []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]") }

// Pieces end where the reference ends them: in every text, and around every code point.
func TestPiecesAreThoseOfTheReference(t *testing.T) {
	var goldens map[string][]string
	readJSON(t, "families/pieces.golden", &goldens)
	texts := familyTexts(t)
	for start := rune(0); start <= 0xE0000; start += 1024 {
		if start < 0x33400 || start == 0xE0000 {
			var b strings.Builder
			for c := start; c < start+1024; c++ {
				if c < 0xD800 || c >= 0xE000 {
					fmt.Fprintf(&b, "a%[1]c1%[1]c%[1]c.\n%[1]c %[1]c'%[1]c\n\n", c)
				}
			}
			texts = append(texts, b.String())
		}
	}
	for _, name := range []string{"llama", "qwen", "smollm2", "embedded"} {
		path := "testdata/families/" + name + ".json"
		if name == "embedded" {
			path = "testdata/tokenizer.json"
		}
		tok := open(t, path)
		if len(goldens[name]) != len(texts) {
			t.Fatalf("%s: %d digests for %d texts", name, len(goldens[name]), len(texts))
		}
		for i, s := range texts {
			var ends []string
			end := 0
			tok.split(s, func(piece string) {
				end += utf8.RuneCountInString(piece)
				ends = append(ends, fmt.Sprint(end))
			})
			if sum := sha256.Sum256([]byte(strings.Join(ends, ","))); hex.EncodeToString(sum[:])[:12] != goldens[name][i] {
				t.Errorf("%s: text %d, %.60q: pieces end at %.200s", name, i, s, ends)
			}
		}
	}
}

// What is not UTF-8 counts as Python and Rust read it.
func TestBrokenTextIsReadAsByTheReference(t *testing.T) {
	var broken [][2]string
	readJSON(t, "families/broken.json", &broken)
	tok := family(t, "llama")
	for _, b := range broken {
		raw, err := hex.DecodeString(b[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := lossy(string(raw)); got != b[1] {
			t.Errorf("% x: %q, the reference has %q", raw, got, b[1])
		}
		if got := tok.Decode(tok.Encode(string(raw))); got != b[1] {
			t.Errorf("% x: encoded and decoded %q, want %q", raw, got, b[1])
		}
	}
	if len(broken) < 100 {
		t.Errorf("only %d cases", len(broken))
	}
}

// The same ids come of one tokenizer for all and of one for each.
func TestFamiliesAreSafeForConcurrentUse(t *testing.T) {
	texts := familyTexts(t)
	for _, name := range families {
		tok, shared := family(t, name), family(t, name)
		var want [][]int
		for _, s := range texts {
			want = append(want, tok.EncodeMarked(s))
		}
		var wait sync.WaitGroup
		for w := range 4 {
			wait.Go(func() {
				for k := range texts {
					i := (k*(2*w+1) + w) % len(texts)
					if !slices.Equal(shared.EncodeMarked(texts[i]), want[i]) {
						t.Errorf("%s: %.40q is cut otherwise by one of several callers", name, texts[i])
					}
				}
			})
		}
		wait.Wait()
	}
}

// Merging by a queue gives what merging by the rule gives: the lowest rank first, the leftmost among equals.
func TestQueueMergesByTheRule(t *testing.T) {
	var f struct {
		Model struct{ Merges mergeList }
	}
	data, err := os.ReadFile("testdata/families/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	ranks := map[[2]string]int{}
	for i, m := range f.Model.Merges {
		ranks[m] = i
	}
	tok := family(t, "qwen")
	for _, s := range familyTexts(t) {
		if len(s) > 400 {
			continue
		}
		var symbols []string
		for _, b := range []byte(s) {
			symbols = append(symbols, byteSymbol[b])
		}
		for {
			best, at := len(ranks), -1
			for i := range len(symbols) - 1 {
				if rank, ok := ranks[[2]string{symbols[i], symbols[i+1]}]; ok && rank < best {
					best, at = rank, i
				}
			}
			if at < 0 {
				break
			}
			symbols = slices.Replace(symbols, at, at+2, symbols[at]+symbols[at+1])
		}
		var want []int
		for _, symbol := range symbols {
			want = append(want, tok.ids[symbol])
		}
		if got := tok.model.piece(nil, s); !slices.Equal(got, want) {
			t.Errorf("%.60q: %v, by the rule %v", s, got, want)
		}
	}
}

func FuzzFamilies(f *testing.F) {
	for _, s := range familyTexts(f)[:120] {
		f.Add(s)
	}
	var tokenizers []*Tokenizer
	for _, name := range families {
		tokenizers = append(tokenizers, family(f, name))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, tok := range tokenizers {
			for _, ids := range [][]int{tok.Encode(s), tok.EncodeMarked(s)} {
				for _, id := range ids {
					if id < 0 || id >= tok.Size() {
						t.Fatalf("%s: %q: id %d", families[i], s, id)
					}
				}
				if got := tok.DecodeMarked(ids); families[i] == "llama" && got != lossy(s) {
					t.Fatalf("%q comes back as %q", s, got)
				} else if !utf8.ValidString(got) {
					t.Fatalf("%s: %q: decoded to %q", families[i], s, got)
				}
			}
		}
	})
}

// BenchmarkFamilies encodes mixed text with cold and warm caches; with the real files where CONGRAD_TOKENIZERS names them.
func BenchmarkFamilies(b *testing.B) {
	var lines []string
	readJSON(b, "lines.json", &lines)
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	paths, _ := filepath.Glob("testdata/families/*.json") // the pattern is well formed
	if dir := os.Getenv("CONGRAD_TOKENIZERS"); dir != "" {
		paths, _ = filepath.Glob(filepath.Join(dir, "*", "tokenizer.json"))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimSuffix(path, "/tokenizer.json"), ".json")
		if strings.HasSuffix(name, "texts") || strings.HasSuffix(name, "broken") {
			continue
		}
		tok := open(b, path)
		for _, cold := range []bool{true, false} {
			b.Run(filepath.Base(name)+map[bool]string{true: "/cold", false: "/warm"}[cold], func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					if cold {
						switch m := tok.model.(type) {
						case *bpe:
							m.cache = newCache()
						case *unigram:
							m.cache = newCache()
						}
					}
					for _, line := range lines {
						tok.Encode(line)
					}
				}
			})
		}
	}
}
