package model_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/text"
)

// SentencePiece tokenizers in GGUF files give the ids of the tokenizer.json that Hugging Face's converters make of the same SentencePiece
// models, and read them as it does (testdata/spm/make.py, which also compares with llama.cpp).
func TestSentencePieceInGGUFIsTheConvertedTokenizer(t *testing.T) {
	var golden struct {
		Texts []string
		Cases []struct {
			Name     string
			Size     int
			Examples [][]int
			Digests  []string
		}
	}
	data, err := os.ReadFile("testdata/spm/golden.json")
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil || len(golden.Texts) < 300 || len(golden.Cases) != 3 {
		t.Fatalf("%d texts, %d cases, %v", len(golden.Texts), len(golden.Cases), err)
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			f, err := model.LookGGUF(os.DirFS("testdata/spm"), c.Name+".gguf")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			tok, err := text.Parse(f.Tokenizer)
			if err != nil {
				t.Fatal(err)
			}
			if tok.Size() != c.Size || f.Config.Vocab%16 != 0 || len(c.Digests) != len(golden.Texts) {
				t.Errorf("%d tokens of %d rows, want %d", tok.Size(), f.Config.Vocab, c.Size)
			}
			wrong := 0
			for i, s := range golden.Texts {
				ids := tok.Enclose(tok.EncodeMarked(s))
				if i < len(c.Examples) && !slices.Equal(ids, c.Examples[i]) {
					t.Errorf("%.60q: ids %v, want %v", s, ids, c.Examples[i])
				}
				var list []string
				for _, id := range ids {
					list = append(list, strconv.Itoa(id))
				}
				record := []string{strings.Join(list, ","), tok.Decode(ids), tok.DecodeMarked(ids)}
				if sum := sha256.Sum256([]byte(strings.Join(record, "\n"))); hex.EncodeToString(sum[:])[:12] != c.Digests[i] {
					wrong++
					t.Errorf("%.60q: not as the reference: %q", s, record)
				}
			}
			t.Logf("%d of %d texts are equal", len(golden.Texts)-wrong, len(golden.Texts))
		})
	}
}

// The merges of published files follow from tokens and scores alone: make tokenizers fetches the files and runs this test. The scores,
// which those files do not have, are those of a BPE of SentencePiece: pieces are numbered from the best score down.
func TestRealSentencePieceMergesFollowFromMetadata(t *testing.T) {
	dir := os.Getenv("CONGRAD_TOKENIZERS")
	if dir == "" {
		t.Skip("CONGRAD_TOKENIZERS names no folder (make tokenizers)")
	}
	for folder, bos := range map[string]string{"gemma-2": "<bos>", "gemma-3": "<bos>", "mistral": "<s>"} {
		t.Run(folder, func(t *testing.T) {
			original, err := os.ReadFile(filepath.Join(dir, folder, "tokenizer.json"))
			if err != nil {
				t.Fatal(err)
			}
			g := converted(t, original, "default", 5)
			g.Model, g.Gemma, g.Merges, g.BOS = "llama", bos == "<bos>", nil, slices.Index(g.Tokens, bos)
			for id, token := range g.Tokens {
				switch {
				case g.Types[id] == model.GGUFUserDefined:
					g.Tokens[id] = strings.ReplaceAll(token, "▁", " ")
				case len(token) == 6 && strings.HasPrefix(token, "<0x"):
					g.Types[id] = model.GGUFByte
				}
				score := -float32(id)
				if !g.Gemma && len(token) > len("▁") && strings.Trim(token, "▁") == "" {
					score = -1e9 // runs of spaces come last
				}
				g.Scores = append(g.Scores, score)
			}
			made, err := g.File()
			if err != nil {
				t.Fatal(err)
			}
			sameTokenizer(t, made, original)
		})
	}
}
