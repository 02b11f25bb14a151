package model

import (
	"fmt"
	"slices"
)

// ggufUnigram is the Unigram of a tokenizer.json.
type ggufUnigram struct {
	Type         string   `json:"type"`
	Unknown      int      `json:"unk_id"`
	Vocab        [][2]any `json:"vocab"` // token and score
	ByteFallback bool     `json:"byte_fallback"`
}

// unigramFile is File for a Unigram. What SentencePiece does to a text before, other than putting a space before it, is refused.
//
// Only normal tokens keep their scores. Others are cut out before or stand for bytes; they have the score 0 in SentencePiece, and
// llama.cpp's converter writes -1000 of some, which would push down what an unknown character scores.
func (t GGUFTokenizer) unigramFile() ([]byte, error) {
	switch err := t.typed(); {
	case err != nil:
		return nil, err
	case len(t.Scores) != len(t.Tokens):
		return nil, fmt.Errorf("tokenizer.ggml.scores has %d entries for %d tokens", len(t.Scores), len(t.Tokens))
	case len(t.CharsMap) > 0:
		return nil, fmt.Errorf("tokenizer.ggml.precompiled_charsmap is not supported (use the folder with tokenizer.json, if that has no Precompiled normalizer)")
	case t.RemoveSpaces != nil && *t.RemoveSpaces:
		return nil, fmt.Errorf("tokenizer.ggml.remove_extra_whitespaces true is not supported; false is")
	}
	p := sentencePiece(t.AddSpacePrefix == nil || *t.AddSpacePrefix)
	p.addBOS = false // nor does llama.cpp without a word of the file
	post, err := t.postProcessor(p)
	if err != nil {
		return nil, err
	}
	pieces := t.pieces()
	added, _, err := t.lists(pieces, len(pieces))
	if err != nil {
		return nil, err
	}
	m := ggufUnigram{Type: "Unigram", Unknown: t.Unknown, ByteFallback: slices.Contains(t.Types, GGUFByte)}
	if m.Unknown < 0 {
		if m.Unknown = slices.Index(t.Types, GGUFUnknown); m.Unknown < 0 {
			return nil, fmt.Errorf("tokenizer.ggml.unknown_token_id is missing, and no token has the type %d", GGUFUnknown)
		}
	}
	for id, piece := range pieces {
		score := 0.0
		if t.Types[id] == GGUFNormal {
			score = float64(t.Scores[id])
		}
		m.Vocab = append(m.Vocab, [2]any{piece, score})
	}
	return p.file(added, post, m)
}
