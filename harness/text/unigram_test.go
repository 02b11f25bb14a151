package text

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// A piece is cut into the tokens of the largest sum of scores, by the brute force of all cuts.
func TestUnigramFindsTheBestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		f := &unigramFile{Unknown: new(int), Vocab: []scoredToken{{token: "?"}}}
		seen := map[string]bool{}
		for range 8 {
			var token strings.Builder
			for range 1 + r.IntN(3) {
				token.WriteRune([]rune("abé")[r.IntN(3)])
			}
			if !seen[token.String()] {
				seen[token.String()] = true
				f.Vocab = append(f.Vocab, scoredToken{token: token.String(), score: -5 * r.Float64()})
			}
		}
		u, err := newUnigram(f, nil)
		if err != nil {
			t.Fatal(err)
		}
		var s string
		for range 1 + r.IntN(6) {
			s += string([]rune("abé")[r.IntN(3)])
		}
		var best func(chars []rune) float64
		best = func(chars []rune) float64 {
			if len(chars) == 0 {
				return 0
			}
			most, single := math.Inf(-1), false
			for n := 1; n <= len(chars); n++ {
				for _, v := range f.Vocab {
					if v.token == string(chars[:n]) {
						most, single = max(most, v.score+best(chars[n:])), single || n == 1
					}
				}
			}
			if !single {
				most = max(most, u.least+best(chars[1:]))
			}
			return most
		}
		var ways []reached
		u.search(&ways, s)
		if got, want := ways[len(s)].score, best([]rune(s)); math.Abs(got-want) > 1e-12 {
			t.Fatalf("%q of %v: %g, the best is %g", s, f.Vocab, got, want)
		}
	}
}

// A special token has the best score of all; a text that spells one stays text all the same.
func TestUnigramNeverSpellsASpecialToken(t *testing.T) {
	tok := family(t, "unigram")
	unknown, begin := tok.special["[UNK]"], tok.special["[BOS]"]
	for _, s := range []string{"[BOS]", "a[BOS] b", "[UNK][BOS]"} {
		if ids := tok.Encode(s); slices.Contains(ids, begin) || slices.Contains(ids, unknown) || tok.Decode(ids) != s {
			t.Errorf("%q: %v, %q", s, ids, tok.Decode(ids))
		}
		if ids := tok.EncodeMarked(s); !slices.Contains(ids, begin) {
			t.Errorf("%q marked: %v", s, ids)
		}
	}
}

func TestParseRefusesUnigrams(t *testing.T) {
	good, err := os.ReadFile("testdata/families/unigram.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{`"unk_id":0`, `"unk_id":null`, "model.unk_id: a Unigram needs the id of one of its"},
		{`"unk_id":0`, `"unk_id":100000`, "model.unk_id"},
		{`["[BOS]",0.0]`, `["[BOS]"]`, `["[BOS]"] is not a token and its score`},
		{`["[BOS]",0.0]`, `["[UNK]",0.0]`, "model.vocab"},
		{`"byte_fallback":true`, `"byte_fallback":true,"fuse_unk":false`, "fuse_unk false"},
		{`"byte_fallback":true`, `"byte_fallback":true,"nbest":3`, `"nbest"`},
		{`"pre_tokenizer":null`, `"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel"}]}`, "ByteLevel before a Unigram"},
		{`"normalizer":{`, `"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"},"x":{`, "unknown field"},
	} {
		if !bytes.Contains(good, []byte(c[0])) {
			t.Errorf("the file has no %s", c[0])
		}
		_, err := Parse(bytes.Replace(good, []byte(c[0]), []byte(c[1]), 1))
		if err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v, want an error with %q", c[1], err, c[2])
		}
	}
}

// Many texts in fifteen languages: make tokenizers writes them and what the Python package tokenizers makes of them.
func TestRealManyTexts(t *testing.T) {
	path := os.Getenv("CONGRAD_TOKENIZER_TEXTS")
	if path == "" {
		t.Skip("CONGRAD_TOKENIZER_TEXTS names no file (make tokenizers)")
	}
	var f struct {
		Texts map[string][]string
		Cases []struct {
			Path string
			IDs  map[string][][]int
		}
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil || len(f.Texts) != 15 || len(f.Cases) == 0 {
		t.Fatalf("%d languages, %d tokenizers, %v", len(f.Texts), len(f.Cases), err)
	}
	for _, c := range f.Cases {
		tok, equal, all := open(t, c.Path), 0, 0
		for language, texts := range f.Texts {
			if len(texts) != 300 || len(c.IDs[language]) != 300 {
				t.Fatalf("%s: %d texts in %s, %d lists of ids", c.Path, len(texts), language, len(c.IDs[language]))
			}
			for i, s := range texts {
				all++
				if slices.Equal(tok.Enclose(tok.EncodeMarked(s)), c.IDs[language][i]) {
					equal++
				}
			}
		}
		if t.Logf("%s: %d of %d texts have the ids of the reference", c.Path, equal, all); equal != all {
			t.Errorf("%s: %d texts have other ids", c.Path, all-equal)
		}
	}
}
