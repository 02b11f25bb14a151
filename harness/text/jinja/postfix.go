package jinja

import (
	"strings"

	"congrad/harness/suggest"
)

// args are the arguments of a call.
type args struct {
	list  []any
	named map[string]any
	order []string // of the named ones
}

// function is what a template can call.
type function func(s *state, a args) any

// take returns the argument at a position or of a name, and otherwise the default. Each can be taken once.
func (a *args) take(at int, name string, otherwise any) any {
	if v, ok := a.named[name]; ok {
		delete(a.named, name)
		return v
	}
	if at < len(a.list) {
		return a.list[at]
	}
	return otherwise
}

// done refuses arguments that nobody took.
func (a args) done(what string, most int) {
	if len(a.list) > most {
		fail("%s takes %d arguments, not %d", what, most, len(a.list))
	}
	for name := range a.named {
		fail("%s has no argument %s", what, name)
	}
}

// callArgs reads the arguments of a call behind its bracket.
func (t *tokens) callArgs() func(*state) args {
	var list, named []expr
	var names []string
	for !t.skip(")") {
		if len(list)+len(named) > 0 {
			if t.expect(","); t.skip(")") {
				break
			}
		}
		if p := t.peek(); p.kind == tokenSign && (p.text == "*" || p.text == "**") {
			t.fail("arguments with %s are not supported", p.text)
		}
		if next := t.at + 1; t.peek().kind == tokenName && next < len(t.list) && t.list[next].kind == tokenSign && t.list[next].text == "=" {
			names = append(names, t.name())
			t.at++
			named = append(named, t.expression())
			continue
		}
		if len(names) > 0 {
			t.fail("an argument without a name behind one with a name")
		}
		list = append(list, t.expression())
	}
	return func(s *state) args {
		s.spend(0)
		a := args{named: map[string]any{}, order: names}
		for _, e := range list {
			a.list = append(a.list, e(s))
		}
		for i, e := range named {
			a.named[names[i]] = e(s)
		}
		return a
	}
}

// postfix reads attributes, items and calls behind an operand.
func (t *tokens) postfix(e expr) expr {
	for {
		switch {
		case t.skip("."):
			e = t.attribute(e)
		case t.skip("["):
			e = t.subscript(e)
		case t.skip("("):
			e = t.call(e)
		default:
			return e
		}
	}
}

func (t *tokens) attribute(of expr) expr {
	if p := t.peek(); p.kind == tokenInt {
		t.at++
		return func(s *state) any { return s.item(of(s), p.value) }
	}
	name := t.name()
	if !t.skip("(") {
		return func(s *state) any { return s.attribute(of(s), name) }
	}
	if _, ok := methods[name]; !ok {
		t.at -= 2
		t.fail("the method %q is not supported%s", name, suggest.DidYouMean(name, keys(methods)))
	}
	given := t.callArgs()
	return func(s *state) any { return s.method(of(s), name, given(s)) }
}

// subscript reads an index or a slice behind its bracket.
func (t *tokens) subscript(of expr) expr {
	var parts [3]expr
	slice := false
	for i := 0; ; i++ {
		if p := t.peek(); p.kind != tokenSign || p.text != ":" && p.text != "]" {
			parts[i] = t.expression()
		}
		if t.skip("]") {
			break
		}
		if i == 2 {
			t.expect("]")
		}
		t.expect(":")
		slice = true
	}
	if !slice {
		if parts[0] == nil {
			t.fail("an index is expected before ]")
		}
		return func(s *state) any { return s.item(of(s), parts[0](s)) }
	}
	return func(s *state) any {
		var bounds [3]any
		v := of(s)
		for i, p := range parts {
			if p != nil {
				bounds[i] = p(s)
			}
		}
		return s.slice(v, bounds)
	}
}

func (t *tokens) call(of expr) expr {
	given := t.callArgs()
	return func(s *state) any {
		f := of(s)
		if call, ok := f.(function); ok {
			return call(s, given(s))
		}
		if u, ok := f.(undefined); ok {
			u.fail()
		}
		fail("a %s is called", kind(f))
		return nil
	}
}

// filters reads filters and tests behind an operand, and calls of their results.
func (t *tokens) filters(e expr) expr {
	for {
		switch {
		case t.skip("|"):
			operand, apply := e, t.filterChain(nil)
			e = func(s *state) any { return apply(s, operand(s)) }
		case t.skipName("is"):
			e = t.test(e)
		case t.skip("("):
			e = t.call(e)
		default:
			return e
		}
	}
}

// filterChain reads the name of a filter, its arguments, and the filters that follow.
func (t *tokens) filterChain(before func(*state, any) any) func(*state, any) any {
	name := t.name()
	f, ok := findFilter(name)
	if !ok {
		t.at--
		t.fail("the filter %q is not supported%s", name, suggest.DidYouMean(name, append(keys(filters), "map")))
	}
	given := func(*state) args { return args{} }
	if t.skip("(") {
		given = t.callArgs()
	}
	apply := func(s *state, v any) any {
		if before != nil {
			v = before(s, v)
		}
		a := given(s)
		s.spend(0)
		return f(s, v, &a)
	}
	if t.skip("|") {
		return t.filterChain(apply)
	}
	return apply
}

// test reads a test behind `is`. An argument needs no brackets.
func (t *tokens) test(e expr) expr {
	negated := t.skipName("not")
	name := t.name()
	f, ok := tests[name]
	if !ok {
		t.at--
		t.fail("the test %q is not supported%s", name, suggest.DidYouMean(name, keys(tests)))
	}
	given := func(*state) args { return args{} }
	switch p := t.peek(); {
	case t.skip("("):
		given = t.callArgs()
	case p.kind == tokenName && (p.text == "else" || p.text == "or" || p.text == "and" || p.text == "if" || p.text == "in" || p.text == "not" || p.text == "recursive"):
	case p.kind == tokenName && p.text == "is":
		t.fail("tests behind each other need brackets")
	case p.kind != tokenEnd && (p.kind != tokenSign || strings.Contains("[{", p.text)):
		argument := t.postfix(t.primary())
		given = func(s *state) args { return args{list: []any{argument(s)}} }
	}
	return func(s *state) any {
		s.spend(0)
		return f(s, e(s), given(s).list) != negated
	}
}
