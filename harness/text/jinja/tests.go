package jinja

// tests are what may follow `is`.
var tests = map[string]func(s *state, v any, a []any) bool{
	"defined":   func(_ *state, v any, a []any) bool { return !is[undefined](v, a) },
	"undefined": func(_ *state, v any, a []any) bool { return is[undefined](v, a) },
	"none":      func(_ *state, v any, a []any) bool { given(a, 0); return v == nil },
	"boolean":   func(_ *state, v any, a []any) bool { return is[bool](v, a) },
	"true":      func(_ *state, v any, a []any) bool { return is[bool](v, a) && v.(bool) },
	"false":     func(_ *state, v any, a []any) bool { return is[bool](v, a) && !v.(bool) },
	"integer":   func(_ *state, v any, a []any) bool { return is[int64](v, a) },
	"float":     func(_ *state, v any, a []any) bool { return is[float64](v, a) },
	"number":    func(_ *state, v any, a []any) bool { return is[int64](v, a) || is[float64](v, a) || is[bool](v, a) },
	"string":    func(_ *state, v any, a []any) bool { return is[string](v, a) },
	"mapping":   func(_ *state, v any, a []any) bool { return is[*Dict](v, a) },
	"iterable":  sequence,
	"sequence":  sequence,
	"callable":  func(_ *state, v any, a []any) bool { return is[function](v, a) || is[undefined](v, a) },
	"odd":       func(s *state, v any, a []any) bool { given(a, 0); return equal(remainder(s, v, int64(2)), int64(1), 0) },
	"even":      func(s *state, v any, a []any) bool { given(a, 0); return equal(remainder(s, v, int64(2)), int64(0), 0) },
	"divisibleby": func(s *state, v any, a []any) bool {
		given(a, 1)
		return equal(remainder(s, v, a[0]), int64(0), 0)
	},
	"in": func(s *state, v any, a []any) bool { given(a, 1); return s.contains(v, a[0]) },
	"upper": func(s *state, v any, a []any) bool {
		given(a, 0)
		text := s.print(v)
		return cased(text) && text == upper(text)
	},
	"lower": func(s *state, v any, a []any) bool {
		given(a, 0)
		text := s.print(v)
		return cased(text) && text == lower(text)
	},
	"sameas": sameAs,
	"eq":     compared("=="), "equalto": compared("=="),
	"ne": compared("!="),
	"lt": compared("<"), "lessthan": compared("<"),
	"le": compared("<="),
	"gt": compared(">"), "greaterthan": compared(">"),
	"ge": compared(">="),
}

// given checks the number of a test's arguments.
func given(a []any, n int) {
	if len(a) != n {
		fail("a test takes %d arguments, not %d", n, len(a))
	}
}

func is[T any](v any, a []any) bool {
	given(a, 0)
	_, ok := v.(T)
	return ok
}

// sequence holds for all that has items: Jinja2 counts texts, dicts and what is undefined as such.
func sequence(_ *state, v any, a []any) bool {
	given(a, 0)
	switch v.(type) {
	case string, *List, *Dict, undefined:
		return true
	}
	return false
}

// sameAs is Python's `is`, of the values of which there is but one.
func sameAs(_ *state, v any, a []any) bool {
	given(a, 1)
	switch a[0].(type) {
	case nil, bool:
		return v == a[0]
	}
	fail("the test sameas is supported for true, false and none")
	return false
}

func compared(sign string) func(*state, any, []any) bool {
	holds := comparisons[sign]
	return func(s *state, v any, a []any) bool {
		given(a, 1)
		return holds(s, v, a[0])
	}
}

// cased says whether a text has letters of a case, which Python's isupper and islower want.
func cased(text string) bool { return upper(text) != lower(text) }
