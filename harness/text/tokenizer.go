// Package text turns text into token ids and back, and conversations into the ids that a model was trained to read.
package text

import (
	"fmt"
	"slices"
)

// merger makes a piece tokens.
type merger interface {
	piece(ids []int, s string) []int
}

// Tokenizer is a BPE or a Unigram read from a Hugging Face tokenizer.json. Its ids are those of the Python package tokenizers. It is
// safe for concurrent use.
//
// Text runs through the parts of the file in this order: added tokens are cut out of it, what lies between is normalized, added tokens
// that are normalized themselves are cut out of that, the rest is split into pieces, the symbols of each piece are merged (of a Unigram: the
// best tokens of each piece are found), and the post-processor puts special tokens around it all.
//
// Own code, because no Go library reads these files exactly: of those measured, one panics on common files, one needs
// Rust at build time, and one reads only SentencePiece models.
type Tokenizer struct {
	tokens    []string                  // id -> token as the file spells it
	spelled   []string                  // id -> what the decoder joins,
	spell     func(token string) string // which is made of a token
	ids       map[string]int            // token as the file spells it -> id
	special   map[string]int            // special token's text -> id
	added     *added                    // those that are cut from the raw text
	late      *added                    // those that are cut from normalized text
	normalize func(string) string
	prefix    prefix
	split     splitter
	model     merger
	join      decoder
	before    []int // what the post-processor puts before a text,
	after     []int // and after it
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
// encode_special_tokens set. What is not UTF-8 counts as U+FFFD.
func (t *Tokenizer) Encode(s string) []int { return t.encode(s, atStart, false) }

// EncodeMarked returns the ids of s, in which what spells a special token is that token.
func (t *Tokenizer) EncodeMarked(s string) []int { return t.encode(s, atStart, true) }

func (t *Tokenizer) encode(s string, where place, markers bool) []int {
	s = lossy(s)
	ids := make([]int, 0, len(s)/4)
	piece := func(p string) { ids = t.model.piece(ids, p) }
	token := func(id int, _ string) { ids = append(ids, id) }
	t.added.cut(s, markers, func(raw string, at int) {
		where := where.within(at)
		whole := t.prefix.normalized(t.normalize(raw), where)
		t.late.cut(whole, markers, func(p string, at int) {
			t.split(t.prefix.split(p, where.within(at)), piece)
		}, token)
	}, token)
	return ids
}

// Enclose puts the special tokens around a text that the file's post-processor puts there, such as the beginning of
// sequence. A chat's layout has its own: never enclose that.
func (t *Tokenizer) Enclose(ids []int) []int { return slices.Concat(t.before, ids, t.after) }

// Decode returns the text of ids without special tokens; bytes that are not UTF-8 become U+FFFD. Ids that the file does
// not have are left out.
func (t *Tokenizer) Decode(ids []int) string { return t.join(t.spelling(ids, false)) }

// DecodeMarked returns the text of ids, special tokens as they are spelled.
func (t *Tokenizer) DecodeMarked(ids []int) string { return t.join(t.spelling(ids, true)) }

// spelling is what the decoder joins.
func (t *Tokenizer) spelling(ids []int, markers bool) []string {
	tokens := make([]string, 0, len(ids))
	for _, id := range ids {
		if id < 0 || id >= len(t.tokens) {
			continue
		}
		if t.isSpecial(id) && !markers {
			continue
		}
		tokens = append(tokens, t.spelled[id])
	}
	return tokens
}

func (t *Tokenizer) isSpecial(id int) bool {
	_, special := t.special[t.tokens[id]]
	return special
}
