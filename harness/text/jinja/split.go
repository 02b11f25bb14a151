package jinja

import (
	"fmt"
	"strings"
	"unicode"
)

// piece is a part of a template: text, an expression {{ }} or a statement {% %}, these two as tokens.
type piece struct {
	kind   pieceKind
	text   string
	tokens []token
	line   int
}

type pieceKind int

const (
	pieceText pieceKind = iota
	pieceExpr
	pieceStmt
)

// splitter cuts a template into pieces by the rules of Jinja2's lexer.
type splitter struct {
	source string
	at     int
	line   int
	starts bool // what was read ends a line, or is nothing
	pieces []piece
}

// split cuts a template into pieces. Line ends become \n, and the last one is dropped.
//
// White space is cut as Jinja2 does: `-` cuts all of it on its side, up to a tag; without a sign, blanks between the start
// of a line and a statement or comment go, and one line end after it; `+` keeps what is there.
func split(source string) ([]piece, error) {
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	s := &splitter{source: strings.TrimSuffix(source, "\n"), line: 1, starts: true}
	for s.at < len(s.source) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return s.pieces, nil
}

// next reads text up to a tag, and the tag.
func (s *splitter) next() error {
	rest := s.source[s.at:]
	tag := -1
	for i := 0; i+1 < len(rest); i++ {
		if rest[i] == '{' && strings.IndexByte("{%#", rest[i+1]) >= 0 {
			tag = i
			break
		}
	}
	if tag < 0 {
		s.text(rest)
		s.skip(len(rest))
		return nil
	}
	text, kind, sign := rest[:tag], rest[tag+1], byte(0)
	if tag+2 < len(rest) && (rest[tag+2] == '-' || rest[tag+2] == '+') {
		sign = rest[tag+2]
	}
	switch line := strings.LastIndexByte(text, '\n') + 1; {
	case sign == '-':
		s.text(strings.TrimRightFunc(text, blank))
	case sign == 0 && kind != '{' && (line > 0 || s.starts) && strings.TrimFunc(text[line:], blank) == "":
		s.text(text[:line])
	default:
		s.text(text)
	}
	s.skip(tag + 2)
	if sign != 0 {
		s.skip(1)
	}
	switch kind {
	case '#':
		return s.comment()
	case '{':
		return s.tag(pieceExpr, "}}")
	}
	if head := rawHead(s.source[s.at:]); head > 0 {
		return s.raw(head)
	}
	return s.tag(pieceStmt, "%}")
}

func (s *splitter) text(text string) {
	if text != "" {
		s.pieces = append(s.pieces, piece{kind: pieceText, text: text, line: s.line})
	}
}

func (s *splitter) skip(n int) {
	s.line += strings.Count(s.source[s.at:s.at+n], "\n")
	s.at += n
}

// close reads the end of a tag, and the white space that goes with it.
func (s *splitter) close(end string, line bool) bool {
	rest := s.source[s.at:]
	switch {
	case strings.HasPrefix(rest, "-"+end):
		rest = rest[1+len(end):]
		n := 1 + len(end) + len(rest) - len(strings.TrimLeftFunc(rest, blank))
		s.skip(n)
		s.starts = s.source[s.at-1] == '\n'
	case line && strings.HasPrefix(rest, "+"+end):
		s.skip(1 + len(end))
		s.starts = false
	case strings.HasPrefix(rest, end):
		n := len(end)
		if s.starts = line && strings.HasPrefix(rest[n:], "\n"); s.starts {
			n++
		}
		s.skip(n)
	default:
		return false
	}
	return true
}

func (s *splitter) comment() error {
	line := s.line
	for s.at < len(s.source) {
		if s.close("#}", true) {
			return nil
		}
		s.skip(1)
	}
	return fmt.Errorf("line %d: the comment has no end #}", line)
}

// tag reads the tokens of an expression or statement. Its end counts only outside of brackets.
func (s *splitter) tag(kind pieceKind, end string) error {
	p := piece{kind: kind, line: s.line}
	depth := 0
	for {
		rest := s.source[s.at:]
		s.skip(len(rest) - len(strings.TrimLeftFunc(rest, blank)))
		if s.at >= len(s.source) {
			return fmt.Errorf("line %d: the tag has no end %s", p.line, end)
		}
		if depth == 0 && s.close(end, kind == pieceStmt) {
			s.pieces = append(s.pieces, p)
			return nil
		}
		t, n, err := lex(s.source[s.at:])
		if err != nil {
			return fmt.Errorf("line %d: %w", s.line, err)
		}
		t.line = s.line
		s.skip(n)
		if t.kind == tokenSign {
			switch t.text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
		}
		if depth < 0 || depth > mostNesting {
			return fmt.Errorf("line %d: brackets that do not match, or more than %d of them in each other", s.line, mostNesting)
		}
		p.tokens = append(p.tokens, t)
	}
}

// rawHead is the length of a statement `raw` up to its end, 0 for any other.
func rawHead(rest string) int {
	trimmed := strings.TrimLeftFunc(rest, blank)
	if !strings.HasPrefix(trimmed, "raw") {
		return 0
	}
	trimmed = strings.TrimLeftFunc(trimmed[len("raw"):], blank)
	if !strings.HasPrefix(trimmed, "%}") && !strings.HasPrefix(trimmed, "-%}") {
		return 0
	}
	return len(rest) - len(trimmed)
}

// raw reads text as it is up to the statement endraw.
func (s *splitter) raw(head int) error {
	line := s.line
	s.skip(head)
	s.close("%}", true)
	for from := s.at; s.at < len(s.source); s.skip(1) {
		inner := strings.TrimPrefix(s.source[s.at:], "{%")
		if len(inner) == len(s.source)-s.at {
			continue
		}
		text := s.source[from:s.at]
		if cut := strings.TrimPrefix(inner, "-"); len(cut) < len(inner) {
			text, inner = strings.TrimRightFunc(text, blank), cut
		} else if start := strings.LastIndexByte(text, '\n') + 1; start > 0 && strings.TrimFunc(text[start:], blank) == "" {
			text = text[:start]
		}
		inner = strings.TrimLeftFunc(inner, blank)
		end := strings.TrimLeftFunc(strings.TrimPrefix(inner, "endraw"), blank)
		if !strings.HasPrefix(inner, "endraw") || !strings.HasPrefix(end, "%}") && !strings.HasPrefix(end, "-%}") {
			continue
		}
		s.text(text)
		s.skip(len(s.source) - s.at - len(end))
		s.close("%}", true)
		return nil
	}
	return fmt.Errorf("line %d: raw has no endraw", line)
}

// blank is white space as Python counts it: U+001C to U+001F are such, other than in Go.
func blank(r rune) bool { return r >= 0x1C && r <= 0x1F || unicode.IsSpace(r) }
