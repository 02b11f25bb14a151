package jinja

// forStmt reads a loop. A variable that its body sets is gone with the round.
func (t *tokens) forStmt() stmt {
	assign := t.target(false)
	if !t.skipName("in") {
		t.fail("%s where %q is expected", t.peek(), "in")
	}
	over := t.tuple((*tokens).or)
	var filter expr
	if t.skipName("if") {
		filter = t.expression()
	}
	if t.skipName("recursive") {
		t.fail("a recursive loop is not supported")
	}
	t.end()
	t.parser.loops++
	body, last := t.parser.body("else", "endfor")
	t.parser.loops--
	t.parser.closed(t, last, "endfor")
	var otherwise []stmt
	if last.list[0].text == "else" {
		last.end()
		otherwise = t.parser.block(t, "endfor")
	} else {
		last.end()
	}
	return func(s *state) (sig signal) {
		items := s.iterate(over(s))
		if filter != nil {
			items = s.keep(items, assign, filter)
		}
		if len(items) == 0 {
			s.within(func() { sig = s.run(otherwise) })
			return sig
		}
		l := &loop{items: items}
		for l.at = range items {
			sig := goesOn
			s.spend(3 * bytesAStep) // a scope costs more than a step
			s.within(func() {
				s.scope.set("loop", l)
				assign(s, items[l.at])
				sig = s.run(body)
			})
			if sig == breaks {
				break
			}
		}
		return goesOn
	}
}

// keep returns the items for which a loop's condition holds.
func (s *state) keep(items []any, assign func(*state, any), condition expr) (kept []any) {
	for _, item := range items {
		s.within(func() {
			assign(s, item)
			if truth(condition(s)) {
				kept = append(kept, item)
			}
		})
	}
	return kept
}

// loop is the variable of that name in a loop's body.
type loop struct {
	items []any
	at    int
}

// attribute is one of the loop's, undefined where there is none.
func (l *loop) attribute(name string) any {
	n := len(l.items)
	switch name {
	case "index":
		return int64(l.at + 1)
	case "index0":
		return int64(l.at)
	case "revindex":
		return int64(n - l.at)
	case "revindex0":
		return int64(n - l.at - 1)
	case "first":
		return l.at == 0
	case "last":
		return l.at == n-1
	case "length":
		return int64(n)
	case "previtem":
		if l.at > 0 {
			return l.items[l.at-1]
		}
	case "nextitem":
		if l.at+1 < n {
			return l.items[l.at+1]
		}
	case "depth", "depth0", "changed", "cycle":
		fail("loop.%s is not supported", name)
	}
	return undefined{name}
}
