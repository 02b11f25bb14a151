package jinja

// parser reads pieces into statements.
type parser struct {
	pieces   []piece
	at       int // of pieces
	depth    int // of statements in each other
	loops    int // that are around
	names    map[string]bool
	literals []string
}

// stmt runs a statement. The signal says whether the loop around goes on.
type stmt func(*state) signal

type signal int

const (
	goesOn signal = iota
	breaks
	continues
)

// run runs statements up to the first that breaks or continues the loop around.
func (s *state) run(body []stmt) signal {
	for _, st := range body {
		s.spend(0)
		if sig := st(s); sig != goesOn {
			return sig
		}
	}
	return goesOn
}

// template reads all pieces.
func (p *parser) template() (body []stmt, err error) {
	defer func() {
		switch f := recover().(type) {
		case nil:
		case fault:
			err = f.err
		default:
			panic(f)
		}
	}()
	body, end := p.body()
	if end != nil {
		end.fail("%s, which begins nowhere", end.peek())
	}
	return body, nil
}

// body reads up to one of the statements named, whose tokens it returns behind the name; nil at the end.
func (p *parser) body(ends ...string) ([]stmt, *tokens) {
	var body []stmt
	if p.depth++; p.depth > mostNesting {
		(&tokens{parser: p, line: p.pieces[p.at-1].line}).fail("statements are more than %d deep in each other", mostNesting)
	}
	defer func() { p.depth-- }()
	for p.at < len(p.pieces) {
		piece := p.pieces[p.at]
		p.at++
		t := &tokens{parser: p, list: piece.tokens, line: piece.line}
		switch piece.kind {
		case pieceText:
			text := piece.text
			body = append(body, func(s *state) signal { s.write(text); return goesOn })
		case pieceExpr:
			e := t.tuple((*tokens).expression)
			t.end()
			body = append(body, func(s *state) signal { s.write(s.print(e(s))); return goesOn })
		case pieceStmt:
			word := t.peek()
			for _, end := range ends {
				if word.kind == tokenName && word.text == end {
					t.at++
					return body, t
				}
			}
			if word.kind == tokenName && closing[word.text] {
				return body, t
			}
			body = append(body, t.statement())
		}
	}
	return body, nil
}

// closing are the statements that end or divide another.
var closing = map[string]bool{
	"endif": true, "else": true, "elif": true, "endfor": true, "endset": true, "endmacro": true, "endfilter": true, "endgeneration": true,
}

// block reads a body up to its end statement.
func (p *parser) block(of *tokens, end string) []stmt {
	body, last := p.body(end)
	p.closed(of, last, end)
	last.end()
	return body
}

// captured is block for a body that no break leaves.
func (t *tokens) captured(end string) []stmt {
	loops := t.parser.loops
	t.parser.loops = 0
	body := t.parser.block(t, end)
	t.parser.loops = loops
	return body
}

// closed checks that a body ended with one of the statements that belong to it.
func (p *parser) closed(of, last *tokens, ends ...string) {
	if last == nil {
		of.fail("the statement has no %s", ends[len(ends)-1])
	}
	if last.at == 0 {
		last.fail("%s where %s is expected", last.peek(), ends[len(ends)-1])
	}
}

// statement reads a statement from its name on.
func (t *tokens) statement() stmt {
	name := t.name()
	switch name {
	case "if":
		return t.ifStmt()
	case "for":
		return t.forStmt()
	case "set":
		return t.setStmt()
	case "macro":
		return t.macroStmt()
	case "filter":
		apply := t.filterChain(nil)
		t.end()
		body := t.captured("endfilter")
		return func(s *state) signal {
			s.write(s.print(apply(s, s.capture(func() { s.run(body) }))))
			return goesOn
		}
	case "generation": // marks an answer for training; prints its body
		t.end()
		body := t.parser.block(t, "endgeneration")
		return func(s *state) (sig signal) {
			s.within(func() { sig = s.run(body) })
			return sig
		}
	case "break", "continue":
		if t.end(); t.parser.loops == 0 {
			t.fail("%s outside of a loop", name)
		}
		sig := map[string]signal{"break": breaks, "continue": continues}[name]
		return func(*state) signal { return sig }
	}
	t.fail("the statement %q is not supported", name)
	return nil
}

func (t *tokens) ifStmt() stmt {
	type branch struct {
		condition expr
		body      []stmt
	}
	var branches []branch
	for at, more := t, true; more; {
		b := branch{condition: at.tuple((*tokens).or)}
		at.end()
		var last *tokens
		b.body, last = t.parser.body("elif", "else", "endif")
		t.parser.closed(t, last, "endif")
		branches = append(branches, b)
		switch last.list[0].text {
		case "else":
			last.end()
			branches = append(branches, branch{func(*state) any { return true }, t.parser.block(t, "endif")})
			more = false
		case "endif":
			last.end()
			more = false
		}
		at = last
	}
	return func(s *state) signal {
		for _, b := range branches {
			if truth(b.condition(s)) {
				return s.run(b.body)
			}
		}
		return goesOn
	}
}

// setStmt reads `set a = value`, `set a, b = values`, `set namespace.a = value` and the form that captures a body.
func (t *tokens) setStmt() stmt {
	assign := t.target(true)
	if t.skip("=") {
		e := t.tuple((*tokens).expression)
		t.end()
		return func(s *state) signal { assign(s, e(s)); return goesOn }
	}
	apply := func(_ *state, v any) any { return v }
	if t.skip("|") {
		apply = t.filterChain(nil)
	}
	t.end()
	body := t.captured("endset")
	return func(s *state) signal {
		assign(s, apply(s, s.capture(func() { s.run(body) })))
		return goesOn
	}
}

// target reads what a value is assigned to: a name, several, or with namespaces an attribute of one.
func (t *tokens) target(namespaces bool) func(*state, any) {
	parenthesised := t.skip("(")
	name := t.name()
	if !parenthesised && namespaces && t.skip(".") {
		attribute := t.name()
		return func(s *state, v any) {
			n, ok := s.scope.get(name).(*namespace)
			if !ok {
				fail("an attribute of %s is set, which is not a namespace", name)
			}
			n.set(attribute, v)
		}
	}
	names := []string{name}
	for t.skip(",") && t.peek().kind == tokenName {
		names = append(names, t.name())
	}
	if parenthesised {
		t.expect(")")
	}
	if len(names) == 1 {
		return func(s *state, v any) { s.scope.set(name, v) }
	}
	return func(s *state, v any) {
		parts := s.iterate(v)
		if len(parts) != len(names) {
			fail("%d values are given to %d names", len(parts), len(names))
		}
		for i, n := range names {
			s.scope.set(n, parts[i])
		}
	}
}
