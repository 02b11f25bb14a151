// Package text turns text into token ids and back, and conversations into the ids that a model was trained to read.
package text

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Tokenizer is a byte-level BPE read from a Hugging Face tokenizer.json. It is safe for concurrent use.
//
// Own code, because no Go library reads these files exactly: of those measured, one panics on common files, one needs
// Rust at build time, and one reads only SentencePiece models.
type Tokenizer struct {
	vocab   map[string]int // token in byte symbols -> id
	tokens  []string       // id -> token: byte symbols, or the text of a special one
	special map[string]int // special token's text -> id
	split   *regexp.Regexp // cuts text into the pieces that merges stay within
	ranks   map[[2]string]int

	mu    sync.RWMutex
	cache map[string][]int // piece -> ids
}

// file is the part of a tokenizer.json that this reader understands.
type file struct {
	AddedTokens []struct {
		ID         int    `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	} `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Model         struct {
		Type   string            `json:"type"`
		Vocab  map[string]int    `json:"vocab"`
		Merges []json.RawMessage `json:"merges"`
	} `json:"model"`
}

// Parse reads a tokenizer.json. What it cannot reproduce exactly it refuses by name.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	if f.Model.Type != "BPE" {
		return nil, fmt.Errorf("tokenizer.json: model.type %q is not supported; BPE is", f.Model.Type)
	}
	for name, part := range map[string]json.RawMessage{"normalizer": f.Normalizer, "post_processor": f.PostProcessor} {
		if len(part) > 0 && string(part) != "null" {
			return nil, fmt.Errorf("tokenizer.json: a %s is not supported: %.80s", name, part)
		}
	}
	t := &Tokenizer{vocab: f.Model.Vocab, special: map[string]int{}, ranks: map[[2]string]int{}, cache: map[string][]int{}}
	var err error
	if t.split, err = parsePreTokenizer(f.PreTokenizer); err != nil {
		return nil, fmt.Errorf("tokenizer.json: pre_tokenizer: %w", err)
	}
	size := 0
	for token, id := range t.vocab {
		if id < 0 || id > 1<<24 {
			return nil, fmt.Errorf("tokenizer.json: model.vocab: token %q has the id %d", token, id)
		}
		size = max(size, id+1)
	}
	for _, a := range f.AddedTokens {
		if a.SingleWord || a.LStrip || a.RStrip || a.Normalized || !a.Special || a.Content == "" || a.ID < 0 || a.ID > 1<<24 {
			return nil, fmt.Errorf("tokenizer.json: added_tokens: %q (id %d) has an option that is not supported", a.Content, a.ID)
		}
		size = max(size, a.ID+1)
	}
	t.tokens = make([]string, size)
	for token, id := range t.vocab {
		t.tokens[id] = token
	}
	for _, a := range f.AddedTokens {
		t.special[a.Content] = a.ID
		t.tokens[a.ID] = a.Content
	}
	for i, raw := range f.Model.Merges {
		pair, err := parseMerge(raw)
		if err != nil {
			return nil, fmt.Errorf("tokenizer.json: merge %d: %w", i, err)
		}
		if _, ok := t.vocab[pair[0]+pair[1]]; !ok {
			return nil, fmt.Errorf("tokenizer.json: merge %d makes %q, which is not in the vocabulary", i, pair[0]+pair[1])
		}
		t.ranks[pair] = i
	}
	return t, nil
}

// parsePreTokenizer accepts Sequence[Split(Regex, Isolated), ByteLevel(use_regex=false)].
func parsePreTokenizer(raw json.RawMessage) (*regexp.Regexp, error) {
	var p struct {
		Type          string `json:"type"`
		PreTokenizers []struct {
			Type     string `json:"type"`
			Behavior string `json:"behavior"`
			Invert   bool   `json:"invert"`
			Pattern  struct {
				Regex string `json:"Regex"`
			} `json:"pattern"`
			AddPrefixSpace bool `json:"add_prefix_space"`
			UseRegex       bool `json:"use_regex"`
		} `json:"pretokenizers"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	steps := p.PreTokenizers
	if p.Type != "Sequence" || len(steps) != 2 || steps[0].Type != "Split" || steps[1].Type != "ByteLevel" {
		return nil, fmt.Errorf("only Sequence[Split, ByteLevel] is supported: %.120s", raw)
	}
	if steps[0].Behavior != "Isolated" || steps[0].Invert || steps[0].Pattern.Regex == "" || steps[1].AddPrefixSpace || steps[1].UseRegex {
		return nil, fmt.Errorf("only Split(Regex, Isolated) and ByteLevel without its own regex are supported: %.240s", raw)
	}
	split, err := regexp.Compile(steps[0].Pattern.Regex)
	if err != nil {
		return nil, fmt.Errorf("the splitting pattern: %w", err)
	}
	return split, nil
}

// parseMerge reads a merge in either of its two spellings, "a b" or ["a", "b"].
func parseMerge(raw json.RawMessage) (pair [2]string, err error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		a, b, ok := strings.Cut(text, " ")
		if !ok {
			return pair, fmt.Errorf("%q is not two tokens", text)
		}
		return [2]string{a, b}, nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil || len(list) != 2 {
		return pair, fmt.Errorf("%.60s is not two tokens", raw)
	}
	return [2]string(list), nil
}

// Size is the number of ids.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Special returns the id of a special token.
func (t *Tokenizer) Special(token string) (int, error) {
	id, ok := t.special[token]
	if !ok {
		return 0, fmt.Errorf("the tokenizer has no special token %q", token)
	}
	return id, nil
}

// Encode returns the ids of s. A special token never comes of it: what spells one is text, as in the reference with
// encode_special_tokens set.
func (t *Tokenizer) Encode(s string) []int {
	var ids []int
	for s != "" {
		at := t.split.FindStringIndex(s)
		if at == nil || at[1] == 0 {
			at = []int{len(s), len(s)}
		}
		if at[0] > 0 { // what no piece matches stands as a piece of its own
			ids = append(ids, t.piece(s[:at[0]])...)
		}
		if at[1] > at[0] {
			ids = append(ids, t.piece(s[at[0]:at[1]])...)
		}
		s = s[at[1]:]
	}
	return ids
}

// piece merges one piece, remembering short ones.
func (t *Tokenizer) piece(s string) []int {
	t.mu.RLock()
	ids, ok := t.cache[s]
	t.mu.RUnlock()
	if ok {
		return ids
	}
	ids = t.merge(s)
	if len(s) <= 64 {
		t.mu.Lock()
		if len(t.cache) > 1<<16 {
			clear(t.cache)
		}
		t.cache[s] = ids
		t.mu.Unlock()
	}
	return ids
}

// merge joins the pair of lowest rank, the leftmost first, until no pair is left that the file merges.
func (t *Tokenizer) merge(s string) []int {
	symbols := make([]string, len(s))
	for i := range symbols {
		symbols[i] = byteSymbol[s[i]]
	}
	for len(symbols) > 1 {
		best, at := math.MaxInt, -1
		for i := range len(symbols) - 1 {
			if rank, ok := t.ranks[[2]string{symbols[i], symbols[i+1]}]; ok && rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			break
		}
		symbols[at] += symbols[at+1]
		symbols = append(symbols[:at+1], symbols[at+2:]...)
	}
	ids := make([]int, 0, len(symbols))
	for _, symbol := range symbols {
		if id, ok := t.vocab[symbol]; ok { // a byte that the vocabulary lacks is dropped, as the reference does
			ids = append(ids, id)
		}
	}
	return ids
}

// Decode returns the text of ids. Special tokens are left out; bytes that are not UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int) string {
	var b []byte
	for _, id := range ids {
		if id < 0 || id >= len(t.tokens) {
			continue
		}
		token := t.tokens[id]
		if _, special := t.special[token]; special {
			continue
		}
		for _, r := range token {
			if c, ok := symbolByte[r]; ok {
				b = append(b, c)
			}
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// byteSymbol writes every byte as a printable character, as GPT-2 does: printable Latin-1 as itself, the others from
// U+0100 upwards in order.
var byteSymbol, symbolByte = func() (symbols [256]string, bytes map[rune]byte) {
	bytes = map[rune]byte{}
	next := rune(256)
	for c := range 256 {
		r := rune(c)
		if !(c >= '!' && c <= '~' || c >= 0xA1 && c <= 0xAC || c >= 0xAE && c <= 0xFF) {
			r = next
			next++
		}
		symbols[c], bytes[r] = string(r), byte(c)
	}
	return symbols, bytes
}()
