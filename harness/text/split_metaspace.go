package text

import (
	"strings"
	"unicode/utf8"
)

// metaspaced cuts before every run of ▁. The reference does not cut there, it merges a text as a whole; but no merge can
// cross such a place unless some token holds a ▁ after the character before it, and after such characters (joined) there
// is no cut. So the ids are the same, and words can be remembered.
func metaspaced(joined map[rune]bool) splitter {
	return func(s string, piece func(string)) {
		start := 0
		for at := 0; ; {
			i := strings.Index(s[at:], metaspace)
			if i < 0 {
				break
			}
			at += i
			if before, _ := utf8.DecodeLastRuneInString(s[:at]); at > start && string(before) != metaspace && !joined[before] {
				piece(s[start:at])
				start = at
			}
			at += len(metaspace)
		}
		if start < len(s) {
			piece(s[start:])
		}
	}
}

// joinedToMetaspace are the characters that stand before a ▁ in some token, other than ▁ itself.
func joinedToMetaspace(merges [][2]string) map[rune]bool {
	joined := map[rune]bool{}
	for _, pair := range merges {
		token := pair[0] + pair[1]
		for at := 1; at < len(token); at++ {
			if !strings.HasPrefix(token[at:], metaspace) {
				continue
			}
			if before, _ := utf8.DecodeLastRuneInString(token[:at]); string(before) != metaspace {
				joined[before] = true
			}
		}
	}
	return joined
}
