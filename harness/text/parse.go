package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// file is a tokenizer.json. A key that is not here is refused.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"` // this and padding are for callers that ask for them, as in transformers
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	Model         json.RawMessage `json:"model"`
}

type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type modelFile struct {
	Type         string         `json:"type"`
	Dropout      *float64       `json:"dropout"`
	Unknown      *string        `json:"unk_token"`
	Prefix       *string        `json:"continuing_subword_prefix"`
	Suffix       *string        `json:"end_of_word_suffix"`
	FuseUnknown  bool           `json:"fuse_unk"`
	ByteFallback bool           `json:"byte_fallback"`
	IgnoreMerges bool           `json:"ignore_merges"`
	Vocab        map[string]int `json:"vocab"`
	Merges       mergeList      `json:"merges"`

	unigram *unigramFile // of a Unigram, which has nothing of the above but type and vocab
}

// mergeList reads merges in either of their two spellings, "a b" or ["a", "b"].
type mergeList [][2]string

func (l *mergeList) UnmarshalJSON(data []byte) error {
	var lists [][]string
	if first := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("[")), " \t\r\n"); bytes.HasPrefix(first, []byte(`"`)) {
		var lines []string
		if err := json.Unmarshal(data, &lines); err != nil {
			return fmt.Errorf("merges: %w", err)
		}
		for _, line := range lines {
			lists = append(lists, strings.Split(line, " "))
		}
	} else if err := json.Unmarshal(data, &lists); err != nil {
		return fmt.Errorf("merges: %w", err)
	}
	*l = make(mergeList, len(lists))
	for i, pair := range lists {
		if len(pair) != 2 {
			return fmt.Errorf("merges: number %d, %q, is not two tokens", i+1, pair)
		}
		(*l)[i] = [2]string(pair)
	}
	return nil
}

// Parse reads a tokenizer.json. What it cannot reproduce exactly it refuses by name.
func Parse(data []byte) (*Tokenizer, error) {
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

func parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	if null(f.Model) {
		return nil, errors.New(`has no "model": not the tokenizer.json of a model`)
	}
	m, err := parseModel(f.Model)
	if err != nil {
		return nil, err
	}
	if err := m.needsMerges(f.AddedTokens); err != nil {
		return nil, err
	}
	t := &Tokenizer{}
	if err := t.addTokens(m.Vocab, f.AddedTokens); err != nil {
		return nil, err
	}
	split, err := parsePreTokenizer(f.PreTokenizer)
	if err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	if split.bytes != nil {
		if m.unigram != nil {
			return nil, fmt.Errorf("pre_tokenizer: ByteLevel before a Unigram is not supported")
		}
		err = t.byteLevel(&f, m, split.bytes)
	} else {
		t.prefix, t.split = split.prefix, split.characters
		err = t.characters(&f, m)
	}
	if err == nil {
		err = t.cutAdded(f.AddedTokens)
	}
	if err != nil {
		return nil, err
	}
	if err := t.parsePostProcessor(f.PostProcessor); err != nil {
		return nil, fmt.Errorf("post_processor: %w", err)
	}
	return t, nil
}

// parseModel reads the BPE or the Unigram.
func parseModel(data json.RawMessage) (*modelFile, error) {
	var kind struct{ Type string }
	if json.Unmarshal(data, &kind) == nil && kind.Type == "Unigram" {
		m := modelFile{Type: kind.Type, Vocab: map[string]int{}, unigram: new(unigramFile)}
		if err := strict(data, m.unigram); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		for id, t := range m.unigram.Vocab {
			m.Vocab[t.token] = id
		}
		return &m, nil
	}
	var m modelFile
	if err := strict(data, &m); err != nil {
		if kind.Type != "BPE" {
			return nil, fmt.Errorf("model.type %q is not supported; BPE and Unigram are", kind.Type)
		}
		return nil, fmt.Errorf("model: %w", err)
	}
	switch {
	case m.Type != "BPE":
		return nil, fmt.Errorf("model.type %q is not supported; BPE and Unigram are", m.Type)
	case m.Dropout != nil && *m.Dropout != 0:
		return nil, fmt.Errorf("model.dropout %g is not supported; null is", *m.Dropout)
	case m.Prefix != nil && *m.Prefix != "":
		return nil, fmt.Errorf("model.continuing_subword_prefix %q is not supported; null is", *m.Prefix)
	case m.Suffix != nil && *m.Suffix != "":
		return nil, fmt.Errorf("model.end_of_word_suffix %q is not supported; null is", *m.Suffix)
	}
	return &m, nil
}

// needsMerges reports a vocabulary that nothing makes: without its merges every text would fall apart into single symbols, silently.
func (m *modelFile) needsMerges(added []addedToken) error {
	if m.Type != "BPE" || len(m.Merges) > 0 || m.IgnoreMerges {
		return nil
	}
	given := map[string]bool{}
	for _, a := range added {
		given[a.Content] = true
	}
	long := 0
	for token := range m.Vocab {
		if !given[token] && utf8.RuneCountInString(token) > 1 && !isByte(token) {
			long++
		}
	}
	if long > 0 {
		return fmt.Errorf("model.merges is missing or empty, but %d tokens of model.vocab can only come from merges; the file is incomplete", long)
	}
	return nil
}

// isByte reports whether a token stands for a byte that no other token covers: "<0x0A>".
func isByte(token string) bool {
	return len(token) == 6 && strings.HasPrefix(token, "<0x") && token[5] == '>'
}

// strict reads JSON and refuses keys that the value has no field for.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON value")
	}
	return nil
}

func null(part json.RawMessage) bool { return len(part) == 0 || string(part) == "null" }
