package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a part of an expression or statement.
type token struct {
	kind  tokenKind
	text  string // a name, a sign
	value any    // of a string or number
	line  int
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenSign
	tokenString
	tokenInt
	tokenFloat
)

func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the tag"
	case tokenString:
		return strconv.Quote(t.value.(string))
	case tokenInt, tokenFloat:
		return fmt.Sprint(t.value)
	}
	return strconv.Quote(t.text)
}

// lex reads the first token of s, which begins with no blank, and how many bytes it has.
func lex(s string) (token, int, error) {
	switch r, size := utf8.DecodeRuneInString(s); {
	case r == '\'' || r == '"':
		return lexString(s)
	case r >= '0' && r <= '9':
		return lexNumber(s)
	case r == '_' || unicode.IsLetter(r):
		n := size
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				break
			}
			n += size
		}
		return token{kind: tokenName, text: s[:n]}, n, nil
	}
	for _, sign := range []string{"==", "!=", "<=", ">=", "//", "**"} {
		if strings.HasPrefix(s, sign) {
			return token{kind: tokenSign, text: sign}, 2, nil
		}
	}
	if strings.IndexByte("+-*/%~()[]{}<>=.:|,", s[0]) >= 0 {
		return token{kind: tokenSign, text: s[:1]}, 1, nil
	}
	r, _ := utf8.DecodeRuneInString(s)
	return token{}, 0, fmt.Errorf("unexpected character %q", r)
}

func lexNumber(s string) (token, int, error) {
	digits := func(from int) int {
		for from < len(s) && (s[from] >= '0' && s[from] <= '9' || s[from] == '_' && from+1 < len(s) && s[from+1] >= '0' && s[from+1] <= '9') {
			from++
		}
		return from
	}
	n, fraction := digits(0), false
	if n+1 < len(s) && s[n] == '.' && s[n+1] >= '0' && s[n+1] <= '9' {
		n, fraction = digits(n+1), true
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if end := digits(m); end > m {
			n, fraction = end, true
		}
	}
	text := strings.ReplaceAll(s[:n], "_", "")
	if fraction {
		f, err := strconv.ParseFloat(text, 64)
		return token{kind: tokenFloat, value: f}, n, err
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil || len(text) > 1 && text[0] == '0' && i != 0 {
		return token{}, 0, fmt.Errorf("the number %s is not supported", text)
	}
	return token{kind: tokenInt, value: i}, n, nil
}

// lexString reads a string literal with Python's escapes.
func lexString(s string) (token, int, error) {
	var b strings.Builder
	for i := 1; i < len(s); {
		switch {
		case s[i] == s[0]:
			return token{kind: tokenString, value: b.String()}, i + 1, nil
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
			i++
		default:
			text, n, err := unescape(s[i+1:])
			if err != nil {
				return token{}, 0, err
			}
			b.WriteString(text)
			i += 1 + n
		}
	}
	return token{}, 0, fmt.Errorf("the string %.20q has no end", s)
}

// unescape reads what follows a backslash, and how many bytes of it belong to the escape.
func unescape(s string) (string, int, error) {
	if at := strings.IndexByte("\n\\'\"abfnrtv", s[0]); at >= 0 {
		return []string{"", "\\", "'", "\"", "\a", "\b", "\f", "\n", "\r", "\t", "\v"}[at], 1, nil
	}
	if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[0]]; digits > 0 && len(s) > digits {
		code, err := strconv.ParseUint(s[1:1+digits], 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) || code > unicode.MaxRune {
			return "", 0, fmt.Errorf("the escape \\%s is not supported", s[:1+digits])
		}
		return string(rune(code)), 1 + digits, nil
	}
	if strings.IndexByte("01234567xuUN", s[0]) >= 0 {
		return "", 0, fmt.Errorf("the escape \\%c is not supported", s[0])
	}
	return "\\", 0, nil
}
