package jinja

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type filter func(s *state, v any, a *args) any

// findFilter returns the filter of a name.
func findFilter(name string) (filter, bool) {
	if name == "map" {
		return mapItems, true
	}
	f, ok := filters[name]
	return f, ok
}

// filters are those but for map, which looks into them.
var filters = map[string]filter{
	"tojson": toJSON,
	"length": func(_ *state, v any, a *args) any { a.done("length", 0); return int64(size(v)) },
	"count":  func(_ *state, v any, a *args) any { a.done("count", 0); return int64(size(v)) },
	"string": func(s *state, v any, a *args) any { a.done("string", 0); return s.print(v) },
	"safe":   func(s *state, v any, a *args) any { a.done("safe", 0); return s.print(v) },
	"trim": func(s *state, v any, a *args) any {
		return ended(a, "trim", 1, strip(s.print(v), a.take(0, "chars", nil), true, true))
	},
	"upper":      func(s *state, v any, a *args) any { a.done("upper", 0); return upper(s.print(v)) },
	"lower":      func(s *state, v any, a *args) any { a.done("lower", 0); return lower(s.print(v)) },
	"capitalize": func(s *state, v any, a *args) any { a.done("capitalize", 0); return capitalize(s.print(v)) },
	"title":      func(s *state, v any, a *args) any { a.done("title", 0); return title(s.print(v)) },
	"default":    orDefault,
	"d":          orDefault,
	"list":       func(s *state, v any, a *args) any { a.done("list", 0); return &List{Items: slices.Clone(s.iterate(v))} },
	"items": func(s *state, v any, a *args) any {
		switch v := v.(type) {
		case undefined:
			return &List{}
		case *Dict:
			return s.items(v)
		}
		fail("items of a %s", kind(v))
		return nil
	},
	"join": func(s *state, v any, a *args) any {
		by, attribute := s.print(a.take(0, "d", "")), a.take(1, "attribute", nil)
		a.done("join", 2)
		var parts []string
		for _, item := range s.iterate(v) {
			parts = append(parts, s.print(s.get(item, attribute)))
		}
		return s.join(parts, by)
	},
	"replace": func(s *state, v any, a *args) any {
		old, by, n := s.print(a.take(0, "old", "")), s.print(a.take(1, "new", "")), a.take(2, "count", nil)
		a.done("replace", 3)
		most, ok := integer(n)
		if n == nil {
			most = -1
		} else if !ok {
			fail("replace counts to a %s", kind(n))
		}
		return s.replace(s.print(v), old, by, most)
	},
	"first": func(s *state, v any, a *args) any {
		a.done("first", 0)
		if items := s.iterate(v); len(items) > 0 {
			return items[0]
		}
		return undefined{"the first of nothing"}
	},
	"last": func(s *state, v any, a *args) any {
		a.done("last", 0)
		if items := s.iterate(v); len(items) > 0 {
			return items[len(items)-1]
		}
		return undefined{"the last of nothing"}
	},
	"reverse": func(s *state, v any, a *args) any {
		a.done("reverse", 0)
		items := slices.Clone(s.iterate(v))
		slices.Reverse(items)
		if _, ok := v.(string); ok {
			return joined(items)
		}
		return &List{Items: items}
	},
	"int":   toInt,
	"float": toFloat,
	"abs": func(s *state, v any, a *args) any {
		a.done("abs", 0)
		if x, _ := operand("abs", v, int64(1)); x < 0 {
			return multiply(s, number(v), int64(-1))
		}
		return number(v)
	},
	"indent":     indent,
	"dictsort":   dictSort,
	"sort":       sortItems,
	"unique":     unique,
	"min":        func(s *state, v any, a *args) any { return s.extreme(v, a, -1) },
	"max":        func(s *state, v any, a *args) any { return s.extreme(v, a, 1) },
	"sum":        sum,
	"format":     format,
	"from_json":  func(*state, any, *args) any { fail("Jinja2 has no filter from_json"); return nil },
	"select":     choose(false, true),
	"reject":     choose(false, false),
	"selectattr": choose(true, true),
	"rejectattr": choose(true, false),
}

// ended returns v behind the check that no argument is left.
func ended(a *args, what string, most int, v any) any {
	a.done(what, most)
	return v
}

func joined(items []any) string {
	var b strings.Builder
	for _, item := range items {
		b.WriteString(item.(string))
	}
	return b.String()
}

func orDefault(_ *state, v any, a *args) any {
	otherwise, falsy := a.take(0, "default_value", ""), truth(a.take(1, "boolean", false))
	a.done("default", 2)
	if _, ok := v.(undefined); ok || falsy && !truth(v) {
		return otherwise
	}
	return v
}

// format writes values at %s, %d and %c.
func format(s *state, v any, a *args) any {
	var b strings.Builder
	text := s.print(v)
	for {
		before, after, some := strings.Cut(text, "%")
		b.WriteString(before)
		if !some {
			break
		}
		if text = after; strings.HasPrefix(text, "%") {
			b.WriteByte('%')
		} else if text == "" || strings.IndexByte("sdc", text[0]) < 0 || len(a.list) == 0 {
			fail("format supports %%s, %%d and %%c, and needs a value for each")
		} else {
			n, ok := integer(a.list[0])
			switch {
			case text[0] == 's':
				b.WriteString(s.print(a.list[0]))
			case !ok || text[0] == 'c' && !utf8.ValidRune(rune(n)):
				fail("format of a %s by %%%c", kind(a.list[0]), text[0])
			case text[0] == 'd':
				b.WriteString(strconv.FormatInt(n, 10))
			default:
				b.WriteRune(rune(n))
			}
			a.list = a.list[1:]
		}
		text = text[1:]
	}
	a.done("format", 0)
	return b.String()
}

func toInt(_ *state, v any, a *args) any {
	otherwise := a.take(0, "default", int64(0))
	if base := a.take(1, "base", int64(10)); base != int64(10) {
		fail("int with a base other than 10 is not supported")
	}
	a.done("int", 2)
	switch v := number(v).(type) {
	case int64:
		return v
	case float64:
		if math.Abs(v) < 1<<62 {
			return int64(v)
		}
	case string:
		text := strings.ReplaceAll(strip(v, nil, true, true), "_", "")
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(f) < 1<<62 {
			return int64(f)
		}
	}
	return otherwise
}

func toFloat(_ *state, v any, a *args) any {
	otherwise := a.take(0, "default", 0.0)
	a.done("float", 1)
	if x, ok := float(number(v)); ok {
		return x
	}
	if text, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strip(text, nil, true, true), 64); err == nil {
			return f
		}
	}
	return otherwise
}

// indent puts blanks before each line but the first.
func indent(s *state, v any, a *args) any {
	width := a.take(0, "width", int64(4))
	first, empty := truth(a.take(1, "first", false)), truth(a.take(2, "blank", false))
	a.done("indent", 3)
	before, ok := width.(string)
	if n, isInt := integer(width); isInt {
		s.spendTimes(1, max(n, 0))
		before, ok = strings.Repeat(" ", int(max(n, 0))), true
	}
	if !ok {
		fail("indent by a %s", kind(width))
	}
	text := s.print(v)
	lines := strings.Split(text+"\n", "\n") // Jinja2 adds a line end, which splitting takes away again
	lines = lines[:len(lines)-1]
	for i := range lines {
		if (i > 0 || first) && (empty || lines[i] != "") {
			lines[i] = before + lines[i]
			s.spend(len(lines[i]))
		}
	}
	return s.join(lines, "\n")
}

// get is an item's attribute, which may be a path with dots; without one the item itself.
func (s *state) get(item, attribute any) any {
	switch path := attribute.(type) {
	case nil:
		return item
	case string:
		for part := range strings.SplitSeq(path, ".") {
			if n, err := strconv.ParseInt(part, 10, 64); err == nil {
				item = s.item(item, n)
			} else {
				item = s.item(item, part)
			}
		}
		return item
	}
	return s.item(item, attribute)
}

// some is iterate; what is false has no items.
func (s *state) some(v any) []any {
	if !truth(v) {
		return nil
	}
	return s.iterate(v)
}

// choose keeps or drops the items that a test holds for, of themselves or of an attribute.
func choose(byAttribute, keep bool) filter {
	return func(s *state, v any, a *args) any {
		rest := a.list
		var attribute any
		if byAttribute {
			if len(rest) == 0 {
				fail("selectattr and rejectattr take an attribute")
			}
			attribute, rest = rest[0], rest[1:]
		}
		holds := func(v any) bool { return truth(v) }
		if len(rest) > 0 {
			name, _ := rest[0].(string)
			test, ok := tests[name]
			if !ok {
				fail("the test %q is not supported", s.print(rest[0]))
			}
			holds = func(v any) bool { return test(s, v, rest[1:]) }
		}
		a.list = nil
		a.done("select and reject", 0)
		l := &List{}
		for _, item := range s.some(v) {
			if holds(s.get(item, attribute)) == keep {
				l.Items = append(l.Items, item)
			}
		}
		return l
	}
}

// mapItems is the filter map: an attribute of each item, or a filter of it.
func mapItems(s *state, v any, a *args) any {
	l := &List{}
	if attribute, ok := a.named["attribute"]; ok {
		otherwise, replaces := a.named["default"]
		for _, item := range s.some(v) {
			value := s.get(item, attribute)
			if _, ok := value.(undefined); ok && replaces {
				value = otherwise
			}
			l.Items = append(l.Items, value)
		}
		return l
	}
	if len(a.list) == 0 {
		fail("map takes a filter or an attribute")
	}
	name, _ := a.list[0].(string)
	f, ok := filters[name]
	if !ok {
		fail("the filter %q is not supported in map", s.print(a.list[0]))
	}
	for _, item := range s.some(v) {
		s.spend(0)
		l.Items = append(l.Items, f(s, item, &args{list: slices.Clone(a.list[1:]), named: a.named}))
	}
	return l
}
