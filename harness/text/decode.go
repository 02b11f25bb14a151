package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A decoder joins tokens, as the file spells them, to text.
type decoder func(tokens []string) string

// joinBytes is the decoder ByteLevel: byte symbols to bytes, and those to text. A token with any other character stands
// for itself.
func joinBytes(tokens []string) string { return lossy(rawBytes(tokens)) }

func rawBytes(tokens []string) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString(token)
	}
	return b.String()
}

// joinCharacters is the decoder Sequence[Replace ▁ -> " ", ByteFallback, Fuse]: tokens as they are, between them runs of
// byte tokens; a run that is not UTF-8 is one U+FFFD for each byte.
func joinCharacters(tokens []string) string {
	var out strings.Builder
	var run []byte
	flush := func() {
		if utf8.Valid(run) {
			out.Write(run)
		} else {
			for range run {
				out.WriteRune(utf8.RuneError)
			}
		}
		run = run[:0]
	}
	for _, token := range tokens {
		token = strings.ReplaceAll(token, metaspace, " ")
		if b, ok := byteToken(token); ok {
			run = append(run, b)
			continue
		}
		flush()
		out.WriteString(token)
	}
	flush()
	return out.String()
}

// joinMetaspace is the decoder Metaspace: ▁ are spaces, but in the first token nothing, if the pre-tokenizer puts one before a text. It
// leaves byte tokens as they are spelled.
func joinMetaspace(added bool) decoder {
	return func(tokens []string) string {
		var out strings.Builder
		for i, token := range tokens {
			space := " "
			if i == 0 && added {
				space = ""
			}
			out.WriteString(strings.ReplaceAll(token, metaspace, space))
		}
		return out.String()
	}
}

// byteToken is the byte that a token <0xNN> stands for.
func byteToken(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	b, err := strconv.ParseUint(token[3:5], 16, 8)
	return byte(b), err == nil
}
