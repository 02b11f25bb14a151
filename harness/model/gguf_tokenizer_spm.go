package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// metaspace stands for a space in the tokens of SentencePiece.
const metaspace = "▁"

// sentencePiece is how transformers' converters write a SentencePiece model: for texts that begin with a space that they do not have, as
// in Llama 2, and for others, as in Gemma. In neither does a file say whether other spaces are removed: they never are.
func sentencePiece(spaceBefore bool) ggufPipeline {
	const replace, decoders = `{"type":"Replace","pattern":{"String":" "},"content":"▁"}`, `{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}`
	p := ggufPipeline{post: "null", addBOS: true, normalizer: replace, decoder: `{"type":"Sequence","decoders":[` + decoders + `]}`}
	p.split = `{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}`
	if spaceBefore {
		p.normalizer = `{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},` + replace + `]}`
		p.split = "null"
		p.decoder = `{"type":"Sequence","decoders":[` + decoders + `,{"type":"Strip","content":" ","start":1,"stop":0}]}`
	}
	return p
}

// pieces are the tokens as SentencePiece spells them, without what pads the list. llama.cpp's converter writes the spaces of
// user-defined tokens as spaces, and transformers writes those of a Gemma back.
func (t GGUFTokenizer) pieces() []string {
	pieces := slices.Clone(t.Tokens)
	for len(pieces) > 0 && t.Types[len(pieces)-1] == GGUFUnused && pieces[len(pieces)-1] == fmt.Sprintf("[PAD%d]", len(pieces)-1) {
		pieces = pieces[:len(pieces)-1]
	}
	for id := range pieces {
		if t.Gemma && t.Types[id] == GGUFUserDefined {
			pieces[id] = strings.ReplaceAll(pieces[id], " ", metaspace)
		}
	}
	return pieces
}

// scoredMerge is two pieces that make a third.
type scoredMerge struct {
	left, right string
	score       float64 // of the third
	lengths     [2]int  // of the two, in characters
}

// scoredMerges are the merges of pieces, best first, as transformers derives them: every cut of a piece into two others, by the piece's
// score, then by the lengths of the two, longest first. (SentencePiece has no list: it merges neighbours that make a piece, the best
// score first.)
//
// A user-defined piece has the score 0 in SentencePiece, which is the best. llama.cpp's converter writes -1000, since llama.cpp cuts such
// pieces out before. Of a Gemma transformers takes the order of the pieces for that of the scores. Control tokens and bytes are
// never merged to: no text spells them.
func (t GGUFTokenizer) scoredMerges(pieces []string) ([][2]string, error) {
	if !t.Gemma && len(t.Scores) != len(t.Tokens) {
		return nil, fmt.Errorf("tokenizer.ggml.scores has %d entries for %d tokens, and there are no tokenizer.ggml.merges", len(t.Scores), len(t.Tokens))
	}
	ids := map[string]int{}
	for id, piece := range pieces {
		if kind := t.Types[id]; kind == GGUFNormal || kind == GGUFUserDefined || kind == GGUFUnused {
			ids[piece] = id
		}
	}
	var list []scoredMerge
	for id, piece := range pieces {
		if at, ok := ids[piece]; ok && at == id {
			list = append(list, cuts(piece, t.score(id), ids)...)
		}
	}
	slices.SortStableFunc(list, func(a, b scoredMerge) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.lengths[0], a.lengths[0]), cmp.Compare(b.lengths[1], a.lengths[1]))
	})
	merges := make([][2]string, len(list))
	for i, m := range list {
		merges[i] = [2]string{m.left, m.right}
	}
	return merges, nil
}

// score is what a piece is merged by.
func (t GGUFTokenizer) score(id int) float64 {
	switch {
	case t.Types[id] == GGUFUserDefined:
		return 0
	case t.Gemma:
		return -float64(id)
	}
	return float64(t.Scores[id])
}

// cuts are the merges to one piece, by the ids of their parts.
func cuts(piece string, score float64, ids map[string]int) (list []scoredMerge) {
	length, cut := utf8.RuneCountInString(piece), 0
	for at := range piece {
		_, left := ids[piece[:at]]
		if _, right := ids[piece[at:]]; left && right {
			list = append(list, scoredMerge{piece[:at], piece[at:], score, [2]int{cut, length - cut}})
		}
		cut++
	}
	slices.SortStableFunc(list, func(a, b scoredMerge) int {
		return cmp.Or(cmp.Compare(ids[a.left], ids[b.left]), cmp.Compare(ids[a.right], ids[b.right]))
	})
	return list
}

// unknown is the token of what no piece spells, nil without one. A file without bytes as tokens needs it.
func (t GGUFTokenizer) unknown() *string {
	id := t.Unknown
	if id < 0 {
		id = slices.Index(t.Types, GGUFUnknown)
	}
	if id < 0 {
		return nil
	}
	return &t.Tokens[id]
}

// sentencePieceFile is File for a SentencePiece model.
func (t GGUFTokenizer) sentencePieceFile() ([]byte, error) {
	if err := t.typed(); err != nil {
		return nil, err
	}
	spaceBefore := !t.Gemma
	if t.AddSpacePrefix != nil {
		spaceBefore = *t.AddSpacePrefix
	}
	p := sentencePiece(spaceBefore)
	post, err := t.postProcessor(p)
	if err != nil {
		return nil, err
	}
	pieces := t.pieces()
	added, vocab, err := t.lists(pieces, len(pieces))
	if err != nil {
		return nil, err
	}
	m := ggufModel{Type: "BPE", Unknown: t.unknown(), FuseUnknown: true, ByteFallback: true, Vocab: vocab, Merges: t.Merges}
	if len(t.Merges) == 0 {
		if m.Merges, err = t.scoredMerges(pieces); err != nil {
			return nil, err
		}
	}
	return p.file(added, post, m)
}
