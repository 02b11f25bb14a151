package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// metaspace stands for a space in vocabularies that come from SentencePiece.
const metaspace = "▁"

// spaceToMetaspace is the normalizer Replace " " -> "▁".
func spaceToMetaspace(s string) string { return strings.ReplaceAll(s, " ", metaspace) }

// composed is Unicode's normal form C as the reference computes it: by the tables of Unicode 9, and without norm's
// U+034F after thirty marks. A text that is normal by later tables is so by those: what they add takes part in no
// composition of older characters.
func composed(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	var chars []rune
	var ranks []uint8 // canonical combining classes
	for _, r := range s {
		if !oldEnough(r) {
			chars, ranks = append(chars, r), append(ranks, 0)
			continue
		}
		for _, d := range norm.NFD.String(string(r)) {
			chars, ranks = append(chars, d), append(ranks, combining(d))
			for i := len(chars) - 1; i > 0 && ranks[i] > 0 && ranks[i-1] > ranks[i]; i-- {
				chars[i], chars[i-1] = chars[i-1], chars[i]
				ranks[i], ranks[i-1] = ranks[i-1], ranks[i]
			}
		}
	}
	return string(recompose(chars, ranks))
}

// recompose joins every character with the last starter before it, if the two compose and nothing between them has the
// same or a higher class.
func recompose(chars []rune, ranks []uint8) []rune {
	out := chars[:0]
	starter, last := -1, uint8(0) // where the starter is in out, and the class of what stands last after it
	for i, r := range chars {
		rank := ranks[i]
		if starter >= 0 && (last < rank || starter == len(out)-1) {
			if c, ok := compose(out[starter], r); ok {
				out[starter] = c
				continue
			}
		}
		if rank == 0 {
			starter = len(out)
		}
		last = rank
		out = append(out, r)
	}
	return out
}

// compose is the character that two decomposed ones make.
func compose(a, b rune) (rune, bool) {
	if b < 0x300 || !oldEnough(a) || !oldEnough(b) {
		return 0, false
	}
	pair := norm.NFC.String(string(a) + string(b))
	r, n := utf8.DecodeRuneInString(pair)
	return r, n == len(pair)
}

func combining(r rune) uint8 { return norm.NFD.PropertiesString(string(r)).CCC() }

// oldEnough says whether Unicode 9 has the character; later ones have no class and no decomposition in the reference.
func oldEnough(r rune) bool { return r < 0x300 || unicode.Is(unicode9(), r) }

var unicode9 = sync.OnceValue(func() *unicode.RangeTable { return rangetable.Assigned("9.0.0") })
