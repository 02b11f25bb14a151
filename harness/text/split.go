package text

import "unicode/utf8"

// A splitter cuts text into the pieces that merges stay within, in order and without gaps.
type splitter func(s string, piece func(string))

// patterns are the splitting patterns that files contain, each with the scanner that reads it. Go's regular expressions
// lack their look-ahead and mean less by \s.
var patterns = map[string]splitter{
	splitPattern: each(wordWithMarks),
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: each(cl100k(3)), // Llama-3
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`:      each(cl100k(1)), // Qwen
}

// each splits by a scanner, which returns the length in bytes of the first piece of a text that is not empty.
func each(scan func(*scanner, string) int) splitter {
	return func(s string, piece func(string)) {
		c := &scanner{classes()}
		for s != "" {
			n := scan(c, s)
			piece(s[:n])
			s = s[n:]
		}
	}
}

// digits splits off every numeric character, and the text between them by another splitter.
func digits(inner splitter) splitter {
	return func(s string, piece func(string)) {
		c := &scanner{classes()}
		for s != "" {
			n := c.skip(s, 0, 0, numeric)
			if n > 0 {
				inner(s[:n], piece)
				s = s[n:]
				continue
			}
			_, n = utf8.DecodeRuneInString(s)
			piece(s[:n])
			s = s[n:]
		}
	}
}

// scanner reads characters by their class.
type scanner struct {
	classes *[utf8.MaxRune + 1]class
}

// at is the class of the character that starts at s[i:], with its length in bytes; 0, 0 at the end.
func (c *scanner) at(s string, i int) (class, int) {
	if i >= len(s) {
		return 0, 0
	}
	if b := s[i]; b < utf8.RuneSelf {
		return c.classes[b], 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return c.classes[r], n
}

// skip is the end of the run from i of characters that have a class in yes (any, where yes is 0) and none in no.
func (c *scanner) skip(s string, i int, yes, no class) int {
	for i < len(s) {
		k, n := c.at(s, i)
		if yes != 0 && k&yes == 0 || k&no != 0 {
			break
		}
		i += n
	}
	return i
}

// blank is the end of a run of white space from i to end that is to be one piece: \s+(?!\S)|\s+ leaves the last character
// to what follows, if something does and there are two.
func blank(s string, i, end int) int {
	if end == len(s) {
		return end
	}
	_, last := utf8.DecodeLastRuneInString(s[i:end])
	if end-last > i {
		return end - last
	}
	return end
}

// wordWithMarks scans splitPattern: ` ?[\p{L}\p{M}]+|\p{N}| ?[^\p{L}\p{M}\p{N} ]+| +`.
func wordWithMarks(c *scanner, s string) int {
	start := 0
	if s[0] == ' ' {
		start = 1
	}
	if end := c.skip(s, start, letter|mark, 0); end > start {
		return end
	}
	if k, n := c.at(s, 0); k&number != 0 {
		return n
	}
	end := start
	for end < len(s) && s[end] != ' ' {
		k, n := c.at(s, end)
		if k&(letter|mark|number) != 0 {
			break
		}
		end += n
	}
	if end > start {
		return end
	}
	for end = 0; end < len(s) && s[end] == ' '; end++ {
	}
	return end
}
