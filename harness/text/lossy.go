package text

import (
	"strings"
	"unicode/utf8"
)

// lossy replaces every maximal part that is not UTF-8 by U+FFFD, as Unicode recommends and Rust and Python do: a
// truncated character is one part, any other wrong byte one each. (strings.ToValidUTF8 replaces whole runs.)
func lossy(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r != utf8.RuneError || n > 1 {
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		b.WriteRune(utf8.RuneError)
		s = s[truncated(s):]
	}
	return b.String()
}

// truncated is the length of the longest beginning of s that some character begins with, at least 1.
func truncated(s string) int {
	low, high, length := byte(0x80), byte(0xBF), 0 // bounds of the second byte; bytes of the character
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		length = 2
	case c >= 0xE0 && c <= 0xEF:
		length = 3
		if c == 0xE0 {
			low = 0xA0 // shorter forms exist below
		} else if c == 0xED {
			high = 0x9F // surrogates above
		}
	case c >= 0xF0 && c <= 0xF4:
		length = 4
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F // beyond U+10FFFF
		}
	}
	n := 1
	for n < length && n < len(s) && s[n] >= low && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
