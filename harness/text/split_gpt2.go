package text

import "strings"

// gpt2 scans the pattern that ByteLevel with use_regex has (GPT-2, SmolLM2):
// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
func gpt2(c *scanner, s string) int {
	if s[0] == '\'' {
		for _, ending := range []string{"s", "t", "re", "ve", "m", "ll", "d"} {
			if strings.HasPrefix(s[1:], ending) {
				return 1 + len(ending)
			}
		}
	}
	start := 0
	if s[0] == ' ' {
		start = 1
	}
	for _, run := range []struct{ yes, no class }{{letter, 0}, {number, 0}, {0, space | letter | number}} {
		if end := c.skip(s, start, run.yes, run.no); end > start {
			return end
		}
	}
	return blank(s, 0, c.skip(s, 0, space, 0))
}
