package jinja

import "slices"

// expr computes the value of an expression.
type expr func(*state) any

// tuple reads one expression, or with commas a tuple of them.
func (t *tokens) tuple(one func(*tokens) expr) expr {
	first := one(t)
	if p := t.peek(); p.kind != tokenSign || p.text != "," {
		return first
	}
	items := []expr{first}
	for t.skip(",") {
		if p := t.peek(); p.kind == tokenEnd || p.kind == tokenSign && (p.text == ")" || p.text == "=") {
			break
		}
		items = append(items, one(t))
	}
	return list(items, true)
}

func list(items []expr, tuple bool) expr {
	return func(s *state) any {
		l := &List{tuple: tuple}
		for _, e := range items {
			s.spend(0)
			l.Items = append(l.Items, e(s))
		}
		return l
	}
}

// expression reads an expression: the ternary if binds least.
func (t *tokens) expression() expr {
	if t.depth++; t.depth > mostNesting {
		t.fail("expressions are more than %d deep in each other", mostNesting)
	}
	defer func() { t.depth-- }()
	e := t.or()
	for t.skipName("if") {
		yes, condition := e, t.or()
		no := func(*state) any { return undefined{"the value of an if without else"} }
		if t.skipName("else") {
			no = t.expression()
		}
		e = func(s *state) any {
			if truth(condition(s)) {
				return yes(s)
			}
			return no(s)
		}
	}
	return e
}

func (t *tokens) or() expr {
	e := t.and()
	for t.skipName("or") {
		left, right := e, t.and()
		e = func(s *state) any {
			if v := left(s); truth(v) {
				return v
			}
			return right(s)
		}
	}
	return e
}

func (t *tokens) and() expr {
	e := t.not()
	for t.skipName("and") {
		left, right := e, t.not()
		e = func(s *state) any {
			if v := left(s); !truth(v) {
				return v
			}
			return right(s)
		}
	}
	return e
}

func (t *tokens) not() expr {
	negated, some := false, false
	for t.skipName("not") {
		negated, some = !negated, true
	}
	e := t.compare()
	if !some {
		return e
	}
	return func(s *state) any { return truth(e(s)) != negated }
}

// compare reads a chain of comparisons, which hold if each does.
func (t *tokens) compare() expr {
	type step struct {
		holds func(*state, any, any) bool
		right expr
	}
	e := t.sum()
	var steps []step
	for {
		holds := t.comparison()
		if holds == nil {
			break
		}
		steps = append(steps, step{holds, t.sum()})
	}
	if steps == nil {
		return e
	}
	return func(s *state) any {
		left := e(s)
		for _, st := range steps {
			right := st.right(s)
			if s.spend(0); !st.holds(s, left, right) {
				return false
			}
			left = right
		}
		return true
	}
}

// comparison reads the sign of a comparison, nil if there is none.
func (t *tokens) comparison() func(*state, any, any) bool {
	for sign, holds := range comparisons {
		if t.skip(sign) {
			return holds
		}
	}
	if t.skipName("in") {
		return (*state).contains
	}
	if next := t.at + 1; next < len(t.list) && t.list[next].kind == tokenName && t.list[next].text == "in" && t.skipName("not") {
		t.at++
		return func(s *state, a, b any) bool { return !s.contains(a, b) }
	}
	return nil
}

// chain reads operands with signs between, from the left.
func (t *tokens) chain(operand func(*tokens) expr, signs ...string) expr {
	e := operand(t)
	for {
		p := t.peek()
		if p.kind != tokenSign || !slices.Contains(signs, p.text) {
			return e
		}
		t.at++
		left, right, apply := e, operand(t), operations[p.text]
		e = func(s *state) any {
			a, b := left(s), right(s)
			s.spend(0)
			return apply(s, a, b)
		}
	}
}

func (t *tokens) sum() expr     { return t.chain((*tokens).concat, "+", "-") }
func (t *tokens) product() expr { return t.chain((*tokens).power, "*", "/", "//", "%") }
func (t *tokens) power() expr   { return t.chain((*tokens).unary, "**") }

// concat reads texts that are put together. In Jinja2 ~ binds more than +.
func (t *tokens) concat() expr {
	first := t.product()
	parts := []expr{first}
	for t.skip("~") {
		parts = append(parts, t.product())
	}
	if len(parts) == 1 {
		return first
	}
	return func(s *state) any {
		text := ""
		for _, e := range parts {
			text += s.print(e(s))
			s.spend(len(text))
		}
		return text
	}
}

// unary reads an operand with its sign. Filters and tests apply to the sign's result.
func (t *tokens) unary() expr {
	sign, some := int64(1), false
	for {
		if t.skip("-") {
			sign = -sign
		} else if !t.skip("+") {
			break
		}
		some = true
	}
	e := t.postfix(t.primary())
	if some {
		operand := e
		e = func(s *state) any { return multiply(s, number(operand(s)), sign) }
	}
	return t.filters(e)
}

// primary reads a literal, a name, or what is in brackets.
func (t *tokens) primary() expr {
	p := t.peek()
	t.at++
	switch p.kind {
	case tokenName:
		return t.variable(p.text)
	case tokenString:
		text := p.value.(string)
		for t.peek().kind == tokenString { // neighbours are one
			text += t.peek().value.(string)
			t.at++
		}
		t.parser.literals = append(t.parser.literals, text)
		return func(*state) any { return text }
	case tokenInt, tokenFloat:
		return func(*state) any { return p.value }
	case tokenSign:
		switch p.text {
		case "(":
			if t.skip(")") {
				return list(nil, true)
			}
			e := t.tuple((*tokens).expression)
			t.expect(")")
			return e
		case "[":
			var items []expr
			for !t.skip("]") {
				if len(items) > 0 {
					if t.expect(","); t.skip("]") {
						break
					}
				}
				items = append(items, t.expression())
			}
			return list(items, false)
		case "{":
			return t.dict()
		}
	}
	t.at--
	t.fail("unexpected %s", p)
	return nil
}

func (t *tokens) dict() expr {
	var keys, values []expr
	for !t.skip("}") {
		if len(keys) > 0 {
			if t.expect(","); t.skip("}") {
				break
			}
		}
		keys = append(keys, t.expression())
		t.expect(":")
		values = append(values, t.expression())
	}
	return func(s *state) any {
		d := &Dict{}
		for i := range keys {
			s.spend(0)
			d.put(keys[i](s), values[i](s))
		}
		return d
	}
}

func (t *tokens) variable(name string) expr {
	switch name {
	case "true", "True":
		return func(*state) any { return true }
	case "false", "False":
		return func(*state) any { return false }
	case "none", "None":
		return func(*state) any { return nil }
	case "lipsum", "cycler", "joiner", "caller", "varargs", "kwargs", "self":
		t.at--
		t.fail("%q is not supported", name)
	}
	t.parser.names[name] = true
	return func(s *state) any {
		s.spend(0)
		return s.scope.get(name)
	}
}
