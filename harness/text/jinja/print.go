package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// print is a value as Python's str writes it.
func (s *state) print(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case undefined:
		return ""
	}
	var b strings.Builder
	s.repr(&b, v, 0)
	return b.String()
}

// repr writes a value as Python's repr does.
func (s *state) repr(b *strings.Builder, v any, depth int) {
	if depth > mostNesting {
		fail("values are more than %d deep in each other", mostNesting)
	}
	s.spend(0)
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(formatFloat(v))
	case string:
		s.spend(len(v))
		quote(b, v)
	case undefined:
		b.WriteString("Undefined")
	case *List:
		b.WriteString(map[bool]string{true: "(", false: "["}[v.tuple])
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			s.repr(b, item, depth+1)
		}
		if v.tuple && len(v.Items) == 1 {
			b.WriteByte(',')
		}
		b.WriteString(map[bool]string{true: ")", false: "]"}[v.tuple])
	case *Dict:
		b.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			s.repr(b, k, depth+1)
			b.WriteString(": ")
			s.repr(b, v.values[i], depth+1)
		}
		b.WriteByte('}')
	default:
		fail("a function or object is printed")
	}
}

// formatFloat is the shortest text that reads back as the number, in Python's form.
func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(map[bool]string{true: "-inf", false: "inf"}[f < 0], "+")
	}
	if e := math.Abs(f); e != 0 && (e < 1e-4 || e >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// quote writes a text in quotation marks: single ones, unless it has such and no double ones.
func quote(b *strings.Builder, text string) {
	mark := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		mark = '"'
	}
	b.WriteRune(mark)
	for _, r := range text {
		switch {
		case r == mark || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteRune(mark)
}
