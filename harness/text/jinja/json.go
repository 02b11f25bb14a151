package jinja

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// writer writes JSON as Python's json.dumps does.
type writer struct {
	*state
	strings.Builder
	item, key string // separators
	indent    *string
	ascii     bool
	sorted    bool
}

// toJSON is transformers' filter tojson.
func toJSON(s *state, v any, a *args) any {
	w := &writer{state: s, item: ", ", key: ": "}
	w.ascii = truth(a.take(0, "ensure_ascii", false))
	switch indent := a.take(1, "indent", nil).(type) {
	case nil:
	case int64:
		if indent > mostNesting {
			fail("tojson indents by %d", indent)
		}
		text := strings.Repeat(" ", int(max(indent, 0)))
		w.indent, w.item = &text, ","
	case string:
		w.indent, w.item = &indent, ","
	default:
		fail("tojson indents by a %s", kind(indent))
	}
	if separators := a.take(2, "separators", nil); separators != nil {
		both := s.iterate(separators)
		if len(both) != 2 {
			fail("tojson takes two separators, not %d", len(both))
		}
		w.item, w.key = s.print(both[0]), s.print(both[1])
	}
	w.sorted = truth(a.take(3, "sort_keys", false))
	a.done("tojson", 4)
	w.value(v, 0)
	return w.String()
}

func (w *writer) value(v any, depth int) {
	if depth > mostNesting {
		fail("values are more than %d deep in each other", mostNesting)
	}
	w.spend(0)
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case int64:
		w.WriteString(strconv.FormatInt(v, 10))
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			fail("tojson of %v", v)
		}
		w.WriteString(formatFloat(v))
	case string:
		w.text(v)
	case *List:
		w.many('[', ']', len(v.Items), depth, func(i int) { w.value(v.Items[i], depth+1) })
	case *Dict:
		order := make([]int, len(v.keys))
		for i := range order {
			order[i] = i
		}
		if w.sorted {
			slices.SortStableFunc(order, func(i, j int) int { return w.compare(v.keys[i], v.keys[j]) })
		}
		w.many('{', '}', len(v.keys), depth, func(i int) {
			key, ok := v.keys[order[i]].(string)
			if !ok {
				fail("tojson of a dict with a %s as key", kind(v.keys[order[i]]))
			}
			w.text(key)
			w.WriteString(w.key)
			w.value(v.values[order[i]], depth+1)
		})
	default:
		fail("tojson of a %s", kind(v))
	}
}

// many writes what is between two brackets.
func (w *writer) many(open, shut byte, n, depth int, one func(i int)) {
	w.WriteByte(open)
	line := func(depth int) {
		if w.indent != nil && n > 0 {
			w.WriteString("\n" + strings.Repeat(*w.indent, depth))
		}
	}
	for i := range n {
		if i > 0 {
			w.WriteString(w.item)
		}
		line(depth + 1)
		one(i)
	}
	line(depth)
	w.WriteByte(shut)
}

func (w *writer) text(text string) {
	w.spend(len(text))
	w.WriteByte('"')
	for _, r := range text {
		if at := strings.IndexRune("\"\\\n\r\t\f\b", r); at >= 0 {
			w.WriteString([]string{`\"`, `\\`, `\n`, `\r`, `\t`, `\f`, `\b`}[at])
			continue
		}
		switch {
		case r < 0x20 || w.ascii && r >= 0x7F && r < 0x10000:
			fmt.Fprintf(w, `\u%04x`, r)
		case w.ascii && r >= 0x10000:
			fmt.Fprintf(w, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			w.WriteRune(r)
		}
	}
	w.WriteByte('"')
}
