package jinja

type parameter struct {
	name  string
	value expr // nil without a default
}

func (t *tokens) macroStmt() stmt {
	name := t.name()
	var parameters []parameter
	t.expect("(")
	for !t.skip(")") {
		if len(parameters) > 0 {
			t.expect(",")
		}
		p := parameter{name: t.name()}
		if t.skip("=") {
			p.value = t.expression()
		}
		parameters = append(parameters, p)
	}
	t.end()
	body := t.captured("endmacro")
	return func(s *state) signal {
		s.scope.set(name, macro(name, parameters, body, s.scope))
		return goesOn
	}
}

// macro is a macro as a function that returns what its body writes.
func macro(name string, parameters []parameter, body []stmt, home *scope) function {
	return func(s *state, a args) any {
		if len(a.list) > len(parameters) {
			fail("macro %s takes %d arguments, not %d", name, len(parameters), len(a.list))
		}
		if s.calls++; s.calls > mostCalls {
			fail("macros call each other more than %d deep", mostCalls)
		}
		caller := s.scope
		s.scope = home
		text := s.capture(func() {
			for i, p := range parameters {
				v, named := a.named[p.name]
				switch {
				case i < len(a.list):
					if v = a.list[i]; named {
						fail("macro %s takes %s once", name, p.name)
					}
				case !named && p.value != nil:
					v = p.value(s)
				case !named:
					v = undefined{p.name}
				}
				delete(a.named, p.name)
				s.scope.set(p.name, v)
			}
			for n := range a.named {
				fail("macro %s has no argument %s", name, n)
			}
			s.run(body)
		})
		s.scope = caller
		s.calls--
		return text
	}
}
