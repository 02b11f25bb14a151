package tomlfile

import (
	"fmt"
	"strings"
)

// statement is a header or a key with its value.
type statement struct {
	line   int
	key    []string
	header bool
	array  bool // of a header: [[key]]
	inline bool // of a key: the value is { ... }
}

// made says what made a table, and where.
type made struct {
	by   string // "header", "dotted" or "inline"
	line int
	as   string // as it is written there
}

// openedTwice finds the first table of a valid file that is made in two ways (TOML 1.0, "Table" and "Inline Table"): by a dotted key
// and then by a header, by a header and then by a dotted key of the table above, or by { ... } and then by anything else.
func openedTwice(source string) (line int, err error) {
	tables, arrays, open := map[string]made{}, map[string]int{}, ""
	for _, s := range statements(source) {
		path, written := "", ""
		if !s.header {
			path = open
		}
		for i, part := range s.key {
			path += "\x00" + part
			written = strings.TrimPrefix(written+"."+part, ".")
			last := i == len(s.key)-1
			before, there := tables[path]
			switch {
			case there && before.by == "inline" && (s.header || !last):
				return s.line, fmt.Errorf("%s: line %d gave the whole table as { ... }: write the key there", strings.Join(s.key, "."), before.line)
			case !s.header && last && there && before.by == "dotted":
				return s.line, fmt.Errorf("%s: line %d began this table with %s: give it as a table or as a value", strings.Join(s.key, "."), before.line, before.as)
			case s.header && last && there && before.by == "dotted":
				return s.line, fmt.Errorf("[%s]: line %d began this table with %s: write all of its keys in one place", written, before.line, before.as)
			case !s.header && !last && there && before.by == "header":
				return s.line, fmt.Errorf("%s: line %d opens this table as %s: write the key below it", strings.Join(s.key, "."), before.line, before.as)
			case s.header && last:
				tables[path] = made{"header", s.line, "[" + written + "]"}
			case !s.header && !last && !there:
				tables[path] = made{"dotted", s.line, strings.Join(s.key, ".")}
			case !s.header && s.inline:
				tables[path] = made{"inline", s.line, written}
			}
			if s.array && last {
				delete(tables, path) // each [[key]] opens a table of its own
				arrays[path]++
			}
			if n := arrays[path]; n > 0 && s.header {
				path += fmt.Sprintf("\x00[%d]", n)
			}
		}
		if s.header {
			open = path
		}
	}
	return 0, nil
}

// statements lists those of a valid file.
func statements(source string) (list []statement) {
	s := scanner{text: source, line: 1}
	for s.skipSpace(); s.at < len(s.text); s.skipSpace() {
		x := statement{line: s.line}
		if s.peek() == '[' {
			s.at++
			x.header = true
			if x.array = s.peek() == '['; x.array {
				s.at++
			}
		}
		x.key = s.keys()
		if !x.header {
			s.at++ // =
			s.skipBlanks()
			x.inline = s.peek() == '{'
		}
		s.skipValue() // of a header: its brackets
		list = append(list, x)
	}
	return list
}

// scanner goes over a valid file.
type scanner struct {
	text     string
	at, line int
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) skipBlanks() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.at++
	}
}

// skipSpace goes to the next statement: over blanks, ends of lines and comments.
func (s *scanner) skipSpace() {
	for {
		switch s.peek() {
		case '\n':
			s.line++
			s.at++
		case ' ', '\t', '\r':
			s.at++
		case '#':
			s.skipComment()
		default:
			return
		}
	}
}

func (s *scanner) skipComment() {
	for s.at < len(s.text) && s.text[s.at] != '\n' {
		s.at++
	}
}

// keys reads a key and its dots.
func (s *scanner) keys() (parts []string) {
	for {
		s.skipBlanks()
		from := s.at
		switch s.peek() {
		case '"', '\'':
			s.skipString()
			parts = append(parts, s.text[from+1:s.at-1])
		default:
			for s.at < len(s.text) && !strings.ContainsRune(" \t.=]\r\n", rune(s.text[s.at])) {
				s.at++
			}
			parts = append(parts, s.text[from:s.at])
		}
		s.skipBlanks()
		if s.peek() != '.' {
			return parts
		}
		s.at++
	}
}

// skipString goes over a string of any of the four kinds.
func (s *scanner) skipString() {
	quote := s.text[s.at : s.at+1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.at:], long) {
		quote = long
	}
	s.at += len(quote)
	for s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], quote) {
		switch {
		case s.text[s.at] == '\\' && quote[0] == '"':
			s.at++
		case s.text[s.at] == '\n':
			s.line++
		}
		s.at++
	}
	s.at += len(quote)
	for len(quote) == 3 && s.peek() == quote[0] { // up to two quotes may be the text's
		s.at++
	}
	s.at = min(s.at, len(s.text))
}

// skipValue goes to the end of the line on which the value ends.
func (s *scanner) skipValue() {
	depth := 0
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '"', '\'':
			s.skipString()
			continue
		case '#':
			s.skipComment()
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '\n':
			if depth <= 0 {
				return
			}
			s.line++
		}
		s.at++
	}
}
