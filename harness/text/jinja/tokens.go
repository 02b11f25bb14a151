package jinja

import "fmt"

// tokens are those of one tag, as they are read.
type tokens struct {
	parser *parser
	list   []token
	at     int
	depth  int // of expressions in each other
	line   int // where the tag begins
}

func (t *tokens) peek() token {
	if t.at < len(t.list) {
		return t.list[t.at]
	}
	return token{}
}

// skip reads a sign, if it comes next.
func (t *tokens) skip(sign string) bool {
	if p := t.peek(); p.kind == tokenSign && p.text == sign {
		t.at++
		return true
	}
	return false
}

// skipName reads a name, if it comes next.
func (t *tokens) skipName(name string) bool {
	if p := t.peek(); p.kind == tokenName && p.text == name {
		t.at++
		return true
	}
	return false
}

func (t *tokens) expect(sign string) {
	if !t.skip(sign) {
		t.fail("%s where %q is expected", t.peek(), sign)
	}
}

func (t *tokens) name() string {
	p := t.peek()
	if p.kind != tokenName {
		t.fail("%s where a name is expected", p)
	}
	t.at++
	return p.text
}

// end checks that the tag ends.
func (t *tokens) end() {
	if p := t.peek(); p.kind != tokenEnd {
		t.fail("%s where the tag should end", p)
	}
}

// fail ends the reading of the template with an error that names the line.
func (t *tokens) fail(format string, args ...any) {
	line := t.line
	if t.at < len(t.list) {
		line = t.list[t.at].line
	}
	fail("line %d: %s", line, fmt.Sprintf(format, args...))
}
