package text

import (
	"strings"
	"unicode/utf8"
)

// cl100k scans the pattern of Llama-3 (numbers of up to three digits) and of Qwen (of one):
// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
func cl100k(most int) func(*scanner, string) int {
	return func(c *scanner, s string) int {
		if n := contraction(s); n > 0 {
			return n
		}
		k, n := c.at(s, 0)
		if k&letter != 0 {
			return c.skip(s, n, letter, 0)
		}
		if k&number != 0 {
			for range most - 1 {
				k, m := c.at(s, n)
				if k&number == 0 {
					break
				}
				n += m
			}
			return n
		}
		if s[0] != '\r' && s[0] != '\n' {
			if end := c.skip(s, n, letter, 0); end > n {
				return end
			}
		}
		start := 0
		if s[0] == ' ' {
			start = 1
		}
		if end := c.skip(s, start, 0, space|letter|number); end > start {
			for end < len(s) && (s[end] == '\r' || s[end] == '\n') {
				end++
			}
			return end
		}
		end := c.skip(s, 0, space, 0)
		if last := strings.LastIndexAny(s[:end], "\r\n"); last >= 0 {
			return last + 1
		}
		return blank(s, 0, end)
	}
}

// contraction is the length of an English ending with its apostrophe at the start of s, in either case; 'ſ (U+017F) is 's
// in lower case too.
func contraction(s string) int {
	if s[0] != '\'' || len(s) == 1 {
		return 0
	}
	r, n := utf8.DecodeRuneInString(s[1:])
	switch r {
	case 's', 'S', 'ſ', 't', 'T', 'm', 'M', 'd', 'D':
		return 1 + n
	}
	if len(s) < 3 {
		return 0
	}
	switch [2]byte{s[1] | 0x20, s[2] | 0x20} {
	case [2]byte{'r', 'e'}, [2]byte{'v', 'e'}, [2]byte{'l', 'l'}:
		return 3
	}
	return 0
}
