package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ggufPipeline is how one of llama.cpp's names for a pre-tokenizer is written in a tokenizer.json; parts as the published files
// of its models have them, so that a file made of metadata can be compared with the published one.
type ggufPipeline struct {
	normalizer, split, post, decoder string
	ignoreMerges, addBOS             bool
}

const (
	byteLevelOwn     = `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`
	byteLevelSplit   = `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":%t,"use_regex":false}`
	byteLevelDecoder = `{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`
	splitBefore      = `{"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}%s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false}`
)

func inSequence(first, second string) string {
	return `{"type":"Sequence","pretokenizers":[` + first + "," + second + "]}"
}

// ggufPipelines are those that are supported. llama.cpp adds the beginning of sequence for llama-bpe if the file does not say.
var ggufPipelines = map[string]ggufPipeline{
	"smollm":    {"null", inSequence(`{"type":"Digits","individual_digits":true}`, byteLevelOwn), "null", byteLevelDecoder, false, false},
	"llama-bpe": {"null", inSequence(fmt.Sprintf(splitBefore, "{1,3}"), fmt.Sprintf(byteLevelSplit, true)), byteLevelOwn, byteLevelDecoder, true, true},
	"qwen2":     {`{"type":"NFC"}`, inSequence(fmt.Sprintf(splitBefore, ""), fmt.Sprintf(byteLevelSplit, false)), fmt.Sprintf(byteLevelSplit, false), fmt.Sprintf(byteLevelSplit, false), false, false},
}

// File is the tokenizer.json that the metadata amount to: the file's own copy of one, or one made of its lists. What is not
// understood wholly is refused by name.
func (t GGUFTokenizer) File() ([]byte, error) {
	switch {
	case t.HuggingFace != "":
		return []byte(t.HuggingFace), nil
	case t.Model == "gpt2":
		return t.byteLevelFile()
	case t.Model == "llama":
		return t.sentencePieceFile()
	case t.Model == "t5":
		return t.unigramFile()
	}
	return nil, fmt.Errorf("tokenizer.ggml.model %q is not supported; gpt2 (byte-level BPE), llama (SentencePiece) and t5 (Unigram) are (for others use the folder with tokenizer.json)", t.Model)
}

func (t GGUFTokenizer) byteLevelFile() ([]byte, error) {
	p, ok := ggufPipelines[t.Pre]
	if !ok {
		return nil, fmt.Errorf("tokenizer.ggml.pre %q is not supported; llama-bpe, qwen2 and smollm are", t.Pre)
	}
	if err := t.typed(); err != nil {
		return nil, err
	}
	post, err := t.postProcessor(p)
	if err != nil {
		return nil, err
	}
	count := len(t.Tokens)
	for count > 0 && t.Types[count-1] == GGUFUnused { // what pads the list to the model's size is no token
		count--
	}
	inside := count
	for inside > 0 && t.isAdded(inside-1) { // added tokens at the end are outside of the vocabulary, as in published files
		inside--
	}
	added, vocab, err := t.lists(t.Tokens[:count], inside)
	if err != nil {
		return nil, err
	}
	merges := t.Merges
	if merges == nil {
		merges = []string{}
	}
	return p.file(added, post, ggufModel{Type: "BPE", IgnoreMerges: p.ignoreMerges, Vocab: vocab, Merges: merges})
}

// typed says that every token has a type.
func (t GGUFTokenizer) typed() error {
	if len(t.Types) != len(t.Tokens) || len(t.Tokens) == 0 {
		return fmt.Errorf("tokenizer.ggml.token_type has %d entries for %d tokens", len(t.Types), len(t.Tokens))
	}
	return nil
}

// ggufModel is the BPE of a tokenizer.json.
type ggufModel struct {
	Type         string          `json:"type"`
	Dropout      *float64        `json:"dropout"`
	Unknown      *string         `json:"unk_token"`
	Prefix       *string         `json:"continuing_subword_prefix"`
	Suffix       *string         `json:"end_of_word_suffix"`
	FuseUnknown  bool            `json:"fuse_unk"`
	ByteFallback bool            `json:"byte_fallback"`
	IgnoreMerges bool            `json:"ignore_merges"`
	Vocab        json.RawMessage `json:"vocab"`
	Merges       any             `json:"merges"` // lines of two tokens, or pairs of them
}

// file writes a tokenizer.json.
func (p ggufPipeline) file(added []ggufAdded, post string, model any) ([]byte, error) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	return indented(struct {
		Version       string          `json:"version"`
		Truncation    *int            `json:"truncation"`
		Padding       *int            `json:"padding"`
		AddedTokens   []ggufAdded     `json:"added_tokens"`
		Normalizer    json.RawMessage `json:"normalizer"`
		PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
		PostProcessor json.RawMessage `json:"post_processor"`
		Decoder       json.RawMessage `json:"decoder"`
		Model         any             `json:"model"`
	}{"1.0", nil, nil, added, raw(p.normalizer), raw(p.split), raw(post), raw(p.decoder), model})
}

// ggufAdded is an added token of a tokenizer.json.
type ggufAdded struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// isAdded says whether a token is cut from a text before anything else happens to it.
func (t GGUFTokenizer) isAdded(id int) bool {
	kind := t.Types[id]
	return kind == GGUFControl || kind == GGUFUserDefined || kind == GGUFUnknown && t.sentencePieces()
}

// sentencePieces says whether the tokens come of SentencePiece, with ▁ for spaces and bytes as tokens.
func (t GGUFTokenizer) sentencePieces() bool { return t.Model == "llama" || t.Model == "t5" }

// lists are the added tokens and the vocabulary, the tokens up to inside.
func (t GGUFTokenizer) lists(tokens []string, inside int) (added []ggufAdded, vocab json.RawMessage, err error) {
	var out bytes.Buffer
	out.WriteByte('{')
	seen := make(map[string]int, len(tokens))
	added = []ggufAdded{}
	for id, token := range tokens {
		if other, twice := seen[token]; twice {
			return nil, nil, fmt.Errorf("tokenizer.ggml.tokens: %d and %d are both %q", other, id, token)
		}
		seen[token] = id
		switch kind := t.Types[id]; {
		case t.isAdded(id):
			added = append(added, ggufAdded{ID: id, Content: token, Special: kind != GGUFUserDefined})
		case kind != GGUFNormal && kind != GGUFUnused && (kind != GGUFByte || !t.sentencePieces()):
			return nil, nil, fmt.Errorf("tokenizer.ggml.token_type: token %d, %q, has the type %d, which a tokenizer.ggml.model %q does not have", id, token, kind, t.Model)
		}
		if id >= inside {
			continue
		}
		quoted, err := plainJSON(token)
		if err != nil {
			return nil, nil, err
		}
		if id > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%s:%d", quoted, id)
	}
	out.WriteByte('}')
	return added, out.Bytes(), nil
}

// postProcessor puts the tokens around a text that the file, or llama.cpp without a word of the file, adds.
func (t GGUFTokenizer) postProcessor(p ggufPipeline) (string, error) {
	special := map[string]any{}
	around := func(name string, add *bool, absent bool, id int) ([]string, error) {
		if add != nil {
			absent = *add
		}
		if !absent {
			return nil, nil
		}
		if id < 0 {
			return nil, fmt.Errorf("tokenizer.ggml.add_%s_token is set, but there is no %s_token_id", name, name)
		}
		token := t.Tokens[id]
		special[token] = map[string]any{"id": token, "ids": []int{id}, "tokens": []string{token}}
		return []string{token}, nil
	}
	before, err := around("bos", t.AddBOS, p.addBOS, t.BOS)
	after, err2 := around("eos", t.AddEOS, false, t.EOS)
	if err = errors.Join(err, err2); err != nil || len(special) == 0 {
		return p.post, err
	}
	sequence := func(text string, kind int) (parts []map[string]any) {
		add := func(what, id string) {
			parts = append(parts, map[string]any{what: map[string]any{"id": id, "type_id": kind}})
		}
		for _, token := range before {
			add("SpecialToken", token)
		}
		add("Sequence", text)
		for _, token := range after {
			add("SpecialToken", token)
		}
		return parts
	}
	template, err := plainJSON(map[string]any{
		"type": "TemplateProcessing", "single": sequence("A", 0), "pair": slices.Concat(sequence("A", 0), sequence("B", 1)), "special_tokens": special,
	})
	if err != nil || p.post == "null" {
		return string(template), err
	}
	return `{"type":"Sequence","processors":[` + p.post + "," + string(template) + `]}`, nil
}

// plainJSON writes <, > and & as they are, which every other JSON writer does.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// indented is plainJSON with a line for every entry and no line end behind the last, as the tokenizers package writes files.
func indented(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return []byte(strings.TrimSuffix(b.String(), "\n")), err
}
