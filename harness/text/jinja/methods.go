package jinja

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// methods are those of Python's types that templates may call, by what they are methods of.
var methods = map[string]func(s *state, of any, a *args) any{
	"strip":        textMethod(func(_ *state, text string, a *args) any { return strip(text, a.take(0, "", nil), true, true) }),
	"lstrip":       textMethod(func(_ *state, text string, a *args) any { return strip(text, a.take(0, "", nil), true, false) }),
	"rstrip":       textMethod(func(_ *state, text string, a *args) any { return strip(text, a.take(0, "", nil), false, true) }),
	"split":        textMethod(func(s *state, text string, a *args) any { return s.split(text, a, false) }),
	"rsplit":       textMethod(func(s *state, text string, a *args) any { return s.split(text, a, true) }),
	"splitlines":   textMethod(splitLines),
	"startswith":   textMethod(func(s *state, text string, a *args) any { return affix(text, a.take(0, "", nil), strings.HasPrefix) }),
	"endswith":     textMethod(func(s *state, text string, a *args) any { return affix(text, a.take(0, "", nil), strings.HasSuffix) }),
	"removeprefix": textMethod(func(s *state, text string, a *args) any { return strings.TrimPrefix(text, argText(a, 0, "prefix")) }),
	"removesuffix": textMethod(func(s *state, text string, a *args) any { return strings.TrimSuffix(text, argText(a, 0, "suffix")) }),
	"replace": textMethod(func(s *state, text string, a *args) any {
		return s.replace(text, argText(a, 0, "old"), argText(a, 1, "new"), argInt(a, 2, "count", -1))
	}),
	"upper":      textMethod(func(s *state, text string, a *args) any { return upper(text) }),
	"lower":      textMethod(func(s *state, text string, a *args) any { return lower(text) }),
	"title":      textMethod(func(_ *state, text string, _ *args) any { return titleLetters(text) }),
	"capitalize": textMethod(func(s *state, text string, a *args) any { return capitalize(text) }),
	"isdigit": textMethod(func(s *state, text string, a *args) any {
		return text != "" && strings.TrimFunc(text, unicode.IsDigit) == ""
	}),
	"count": textMethod(func(s *state, text string, a *args) any { return int64(strings.Count(text, argText(a, 0, "sub"))) }),
	"find": textMethod(func(s *state, text string, a *args) any {
		return position(text, strings.Index(text, argText(a, 0, "sub")))
	}),
	"rfind": textMethod(func(s *state, text string, a *args) any {
		return position(text, strings.LastIndex(text, argText(a, 0, "sub")))
	}),
	"join": textMethod(func(s *state, text string, a *args) any {
		var parts []string
		for _, v := range s.iterate(a.take(0, "", nil)) {
			part, ok := v.(string)
			if !ok {
				fail("join of a %s", kind(v))
			}
			parts = append(parts, part)
		}
		return s.join(parts, text)
	}),
	"get": dictMethod(func(s *state, d *Dict, a *args) any {
		if at := d.find(a.take(0, "", nil)); at >= 0 {
			return d.values[at]
		}
		return a.take(1, "", nil)
	}),
	"items":  dictMethod(func(s *state, d *Dict, _ *args) any { return s.items(d) }),
	"keys":   dictMethod(func(s *state, d *Dict, _ *args) any { return &List{Items: slices.Clone(d.keys)} }),
	"values": dictMethod(func(s *state, d *Dict, _ *args) any { return &List{Items: slices.Clone(d.values)} }),
	// the sandbox lets no template change a list or dict
	"append": changes, "extend": changes, "insert": changes, "pop": changes, "remove": changes, "update": changes,
}

func changes(*state, any, *args) any {
	fail("a template may not change a list or dict")
	return nil
}

// method is value.name(...).
func (s *state) method(v any, name string, a args) any {
	if u, ok := v.(undefined); ok {
		u.fail()
	}
	s.spend(0)
	result := methods[name](s, v, &a)
	a.done("the method "+name, 3)
	return result
}

func textMethod(f func(*state, string, *args) any) func(*state, any, *args) any {
	return func(s *state, of any, a *args) any {
		text, ok := of.(string)
		if !ok {
			fail("a %s has no method of a str", kind(of))
		}
		s.spend(len(text))
		return f(s, text, a)
	}
}

func dictMethod(f func(*state, *Dict, *args) any) func(*state, any, *args) any {
	return func(s *state, of any, a *args) any {
		d, ok := of.(*Dict)
		if !ok {
			fail("a %s has no method of a dict", kind(of))
		}
		s.spend(len(d.keys) * bytesAStep)
		return f(s, d, a)
	}
}

// argText and argInt take an argument of one type.
func argText(a *args, at int, name string) string {
	v := a.take(at, name, nil)
	text, ok := v.(string)
	if !ok {
		fail("the argument %s is a %s, not a str", name, kind(v))
	}
	return text
}

func argInt(a *args, at int, name string, otherwise int64) int64 {
	v := a.take(at, name, otherwise)
	n, ok := integer(v)
	if !ok {
		fail("the argument %s is a %s, not an int", name, kind(v))
	}
	return n
}

// strip cuts blanks, or the characters given, from the ends of a text.
func strip(text string, characters any, left, right bool) string {
	cut := blank
	switch c := characters.(type) {
	case nil:
	case string:
		cut = func(r rune) bool { return strings.ContainsRune(c, r) }
	default:
		fail("strip of a %s", kind(c))
	}
	if left {
		text = strings.TrimLeftFunc(text, cut)
	}
	if right {
		text = strings.TrimRightFunc(text, cut)
	}
	return text
}

// affix says whether a text begins or ends with another, or with one of a tuple.
func affix(text string, with any, has func(s, affix string) bool) bool {
	switch w := with.(type) {
	case string:
		return has(text, w)
	case *List:
		if w.tuple {
			return slices.ContainsFunc(w.Items, func(v any) bool { return affix(text, v, has) })
		}
	}
	fail("a str begins or ends with a %s", kind(with))
	return false
}

// split cuts a text at a separator or at blanks, at most so many times, from the left or from the right.
func (s *state) split(text string, a *args, right bool) any {
	by, most := a.take(0, "sep", nil), argInt(a, 1, "maxsplit", -1)
	var find func(string) (start, end int)
	switch sep := by.(type) {
	case nil:
		text = strip(text, nil, !right, right)
		find = func(text string) (int, int) {
			if right {
				end := strings.LastIndexFunc(text, blank)
				return len(strings.TrimRightFunc(text[:max(end, 0)], blank)), end + len(text[max(end, 0):]) - len(strings.TrimLeftFunc(text[max(end, 0):], blank))
			}
			start := strings.IndexFunc(text, blank)
			return start, len(text) - len(strings.TrimLeftFunc(text[max(start, 0):], blank))
		}
	case string:
		if sep == "" {
			fail("a str is split at an empty one")
		}
		find = func(text string) (int, int) {
			start := strings.Index(text, sep)
			if right {
				start = strings.LastIndex(text, sep)
			}
			return start, start + len(sep)
		}
	default:
		fail("a str is split at a %s", kind(sep))
	}
	var parts []any
	for most < 0 || int64(len(parts)) < most {
		s.spend(0)
		start, end := find(text)
		if start < 0 || start == 0 && end <= 0 {
			break
		}
		if right {
			parts, text = append(parts, text[end:]), text[:start]
		} else {
			parts, text = append(parts, text[:start]), text[end:]
		}
	}
	if by != nil || text != "" {
		parts = append(parts, text)
	}
	if right {
		slices.Reverse(parts)
	}
	return &List{Items: parts}
}

// splitLines cuts a text into lines, without their ends.
func splitLines(s *state, text string, a *args) any {
	if truth(a.take(0, "keepends", false)) {
		fail("splitlines that keeps line ends is not supported")
	}
	l := &List{}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for text != "" {
		s.spend(0)
		at := strings.IndexAny(text, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if at < 0 {
			l.Items = append(l.Items, text)
			break
		}
		l.Items = append(l.Items, text[:at])
		_, text = cutRune(text[at:])
	}
	return l
}

func cutRune(s string) (rune, string) {
	for i, r := range s {
		return r, s[i+len(string(r)):]
	}
	return 0, ""
}

// position is a byte's place in a text in characters, -1 for none.
func position(text string, at int) any {
	if at < 0 {
		return int64(-1)
	}
	return int64(size(text[:at]))
}

// replace is the method of a str.
func (s *state) replace(text, old, by string, most int64) string {
	n := strings.Count(text, old)
	if most >= 0 {
		n = int(min(int64(n), most))
	}
	s.spendTimes(len(by), int64(n))
	s.spend(len(text))
	return strings.Replace(text, old, by, n)
}

func (s *state) join(parts []string, by string) string {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	s.spendTimes(len(by), int64(len(parts)))
	s.spend(n)
	return strings.Join(parts, by)
}

// items are the pairs of a dict.
func (s *state) items(d *Dict) *List {
	l := &List{}
	for i, k := range d.keys {
		s.spend(0)
		l.Items = append(l.Items, &List{[]any{k, d.values[i]}, true})
	}
	return l
}

// keys are a map's, sorted.
func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
