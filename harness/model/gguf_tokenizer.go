package model

import (
	"errors"
	"fmt"

	"congrad/harness/model/gguf"
)

// The kinds of tokens in GGUFTokenizer.Types, by llama.cpp's numbers.
const (
	GGUFNormal = 1 + iota
	GGUFUnknown
	GGUFControl
	GGUFUserDefined
	GGUFUnused
	GGUFByte
)

// GGUFTokenizer is what a file says of its tokenizer, as it says it.
type GGUFTokenizer struct {
	Model  string    // gpt2: byte-level BPE; llama: SentencePiece; t5: a Unigram of SentencePiece
	Gemma  bool      // the model is a Gemma, whose SentencePiece tokens are written in another way
	Pre    string    // how text is cut before BPE, by llama.cpp's name
	Tokens []string  // by id
	Types  []int32   // of each token, or nil
	Scores []float32 // of each token, or nil
	Merges []string  // two tokens and a space between, best first

	BOS, EOS, EOT, Unknown, Padding int // -1: not said

	AddBOS, AddEOS, AddSpacePrefix, RemoveSpaces *bool // nil: not said

	CharsMap []uint8 // a normalization that SentencePiece has compiled

	ChatTemplate string
	HuggingFace  string // a tokenizer.json, which few files have
}

// readGGUFTokenizer reads the metadata below tokenizer. It checks that lists fit each other and ids the list.
func readGGUFTokenizer(m gguf.Metadata) (t GGUFTokenizer, err error) {
	const prefix = "tokenizer.ggml."
	t.Model, err = ggufValue[string](m, prefix+"model", err)
	t.Pre, err = ggufValue[string](m, prefix+"pre", err)
	t.Tokens, err = ggufValue[[]string](m, prefix+"tokens", err)
	t.Types, err = ggufValue[[]int32](m, prefix+"token_type", err)
	t.Scores, err = ggufValue[[]float32](m, prefix+"scores", err)
	t.Merges, err = ggufValue[[]string](m, prefix+"merges", err)
	t.CharsMap, err = ggufValue[[]uint8](m, prefix+"precompiled_charsmap", err)
	t.ChatTemplate, err = ggufValue[string](m, "tokenizer.chat_template", err)
	t.HuggingFace, err = ggufValue[string](m, "tokenizer.huggingface.json", err)
	if n := len(t.Types); n != 0 && n != len(t.Tokens) {
		err = errors.Join(err, fmt.Errorf("%stoken_type has %d entries for %d tokens", prefix, n, len(t.Tokens)))
	}
	if n := len(t.Scores); n != 0 && n != len(t.Tokens) {
		err = errors.Join(err, fmt.Errorf("%sscores has %d entries for %d tokens", prefix, n, len(t.Tokens)))
	}
	for _, id := range []struct {
		key string
		to  *int
	}{{"bos", &t.BOS}, {"eos", &t.EOS}, {"eot", &t.EOT}, {"unknown", &t.Unknown}, {"padding", &t.Padding}} {
		key := prefix + id.key + "_token_id"
		n, ok, wrong := m.Int(key)
		switch {
		case wrong != nil:
			err = errors.Join(err, wrong)
		case !ok:
			n = -1
		case n < 0 || n >= len(t.Tokens):
			err = errors.Join(err, fmt.Errorf("%s is %d, but there are %d tokens", key, n, len(t.Tokens)))
		}
		*id.to = n
	}
	for _, flag := range []struct {
		key string
		to  **bool
	}{{"add_bos_token", &t.AddBOS}, {"add_eos_token", &t.AddEOS}, {"add_space_prefix", &t.AddSpacePrefix}, {"remove_extra_whitespaces", &t.RemoveSpaces}} {
		v, ok, wrong := gguf.Get[bool](m, prefix+flag.key)
		if err = errors.Join(err, wrong); ok {
			*flag.to = &v
		}
	}
	return t, err
}

// ggufValue is a value or its type's zero, with what went wrong joined to what went wrong before.
func ggufValue[T any](m gguf.Metadata, key string, before error) (T, error) {
	v, _, err := gguf.Get[T](m, key)
	return v, errors.Join(before, err)
}
