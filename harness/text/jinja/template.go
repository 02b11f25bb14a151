// Package jinja renders the chat templates of models as transformers does: Jinja2 3.1.6 in its immutable sandbox, with
// trim_blocks, lstrip_blocks and loop controls. A statement, filter, test, method or global that it does not have is an
// error of Parse that names it, so nothing is rendered by half.
//
// Own code, because no Go library renders these templates exactly and within bounds. The nearest of those measured,
// github.com/ardanlabs/jinja v1.8.0, carries a variable that is set in a loop into the next round, reads `is` after `+`,
// takes what is undefined for an empty string, prints the clock's date, and stops neither a long range nor a loop.
package jinja

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a template and of one rendering. They are far above what published templates need; a template beyond them
// ends in an error.
const (
	mostSource  = 1 << 20 // bytes of a template
	mostNesting = 100     // of brackets, of statements, of values that are printed
	mostCalls   = 50      // macros that are being called at one time
	mostRange   = 100_000 // numbers of a range, as in Jinja2's sandbox
	mostWork    = 1 << 20 // steps, see state.spend
	bytesAStep  = 128     // bytes of a text that count as one more step
)

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	body     []stmt
	names    map[string]bool
	literals []string
}

// Parse reads a template. An error names the line and what is wrong or not supported.
func Parse(source string) (*Template, error) {
	if len(source) > mostSource {
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", len(source), mostSource)
	}
	pieces, err := split(source)
	if err != nil {
		return nil, err
	}
	p := &parser{pieces: pieces, names: map[string]bool{}}
	body, err := p.template()
	if err != nil {
		return nil, err
	}
	slices.Sort(p.literals)
	return &Template{body, p.names, slices.Compact(p.literals)}, nil
}

// Reads says whether the template reads a variable or function of this name anywhere.
func (t *Template) Reads(name string) bool { return t.names[name] }

// Literals are the strings that the template has in expressions, sorted, each once. Text outside of tags is not among them.
func (t *Template) Literals() []string { return t.literals }

// ErrRaised is wrapped by errors that the template itself raises, by raise_exception.
var ErrRaised = errors.New("the template refuses this conversation")

// Render renders the template. Values are nil, bool, int, string, List and *Dict. Errors are those of the template, of
// Python (an undefined value is used, types do not fit), and of the limits.
func (t *Template) Render(values map[string]any) (text string, err error) {
	s := &state{scope: newScope(nil), out: &strings.Builder{}, work: mostWork}
	for name, f := range globals {
		s.scope.set(name, function(f))
	}
	for name, v := range values {
		s.scope.set(name, v)
	}
	defer func() {
		switch f := recover().(type) {
		case nil:
		case fault:
			text, err = "", f.err
		default:
			panic(f)
		}
	}()
	s.run(t.body)
	return s.out.String(), nil
}

// fault is what ends a rendering; Render makes an error of it.
type fault struct{ err error }

func fail(format string, args ...any) { panic(fault{fmt.Errorf(format, args...)}) }

// state is one rendering.
type state struct {
	scope *scope
	out   *strings.Builder
	work  int // steps that are left
	calls int // macros that are being called
}

// spend counts steps: one, and more for a text of so many bytes.
func (s *state) spend(bytes int) {
	if s.work -= 1 + bytes/bytesAStep; s.work < 0 {
		fail("it takes more than %d steps to render", mostWork)
	}
}

func (s *state) write(text string) {
	s.spend(len(text))
	s.out.WriteString(text)
}

// within runs f in a scope of its own; capture also returns what f writes.
func (s *state) within(f func()) {
	outer := s.scope
	s.scope = newScope(outer)
	f()
	s.scope = outer
}

func (s *state) capture(f func()) string {
	outer := s.out
	s.out = &strings.Builder{}
	s.within(f)
	text := s.out.String()
	s.out = outer
	return text
}

// scope holds variables; reading looks into the outer ones too, setting does not.
type scope struct {
	values map[string]any
	outer  *scope
}

func newScope(outer *scope) *scope { return &scope{map[string]any{}, outer} }

func (s *scope) set(name string, v any) { s.values[name] = v }

func (s *scope) get(name string) any {
	for ; s != nil; s = s.outer {
		if v, ok := s.values[name]; ok {
			return v
		}
	}
	return undefined{name}
}
