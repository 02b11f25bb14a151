package tomlfile

import (
	"fmt"
	"strings"

	"congrad/harness/userfile"
)

// What a file may be at most. The parser takes memory and time that grow with nesting and with the number of a key's parts, and
// experiments are a few thousand bytes.
const (
	MaxBytes = 1 << 20
	maxDepth = 32  // of lists and inline tables
	maxParts = 16  // of a dotted key
	maxKey   = 256 // bytes of a key
)

// bounded reports the line of what no file of ours has, before a parser sees it. The text need not be TOML.
func bounded(source string) (line int, err error) {
	if len(source) > MaxBytes {
		return 0, fmt.Errorf("has %.1f MB; want at most %d MB", float64(len(source))/(1<<20), MaxBytes>>20)
	}
	if what := userfile.Encoding([]byte(source)); what != "" {
		return 0, fmt.Errorf("is %s: save the file as UTF-8", what)
	}
	s := scanner{text: source, line: 1}
	depth, parts, from := 0, 1, 0 // of what may be a key, from its first byte
	for s.at < len(s.text) {
		at := s.at
		switch c := s.text[s.at]; c {
		case '"', '\'':
			s.skipClosed()
			s.skipBlanks()
			if next := s.peek(); next == '=' || next == '.' {
				if s.at-from > maxKey {
					return s.line, fmt.Errorf("a key has more than %d bytes", maxKey)
				}
				continue
			}
			from, parts = s.at, 1
			continue
		case '#':
			s.skipComment()
			continue
		case '[', '{':
			if depth++; depth > maxDepth {
				return s.line, fmt.Errorf("lists or tables are nested more than %d deep", maxDepth)
			}
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			s.line++
		}
		s.at++
		if c := s.text[at]; c == '.' {
			parts++
		} else if strings.IndexByte("=,[]{}\n", c) >= 0 {
			from, parts = s.at, 1
		}
		switch {
		case parts > maxParts:
			return s.line, fmt.Errorf("a key has more than %d parts", maxParts)
		case s.at-from > maxKey:
			return s.line, fmt.Errorf("a key or a bare value has more than %d bytes", maxKey)
		}
	}
	return 0, nil
}

// skipClosed is skipString for text that need not be TOML: a string of one line ends with it.
func (s *scanner) skipClosed() {
	quote := s.text[s.at]
	if strings.HasPrefix(s.text[s.at:], strings.Repeat(string(quote), 3)) {
		s.skipString()
		return
	}
	for s.at++; s.at < len(s.text) && s.text[s.at] != '\n'; s.at++ {
		switch {
		case s.text[s.at] == '\\' && quote == '"':
			s.at++
		case s.text[s.at] == quote:
			s.at++
			return
		}
	}
	s.at = min(s.at, len(s.text))
}
