package records

import "congrad/harness/record"

// Group is a set of languages that a number is averaged over.
type Group struct {
	Name  string
	Codes []string
	in    map[string]bool
}

// Has reports whether a language belongs to the group.
func (g Group) Has(code string) bool { return g.in[code] }

// Groups are seen, unseen, under-represented and all languages; a group without languages is left out.
func (s *Study) Groups() []Group {
	var groups []Group
	for _, g := range []struct {
		name string
		has  func(record.Language) bool
	}{
		{"seen", func(l record.Language) bool { return l.Seen }},
		{"unseen", func(l record.Language) bool { return !l.Seen }},
		{"under-represented", func(l record.Language) bool { return l.UnderRepresented }},
		{"all", func(record.Language) bool { return true }},
	} {
		var codes []string
		for _, l := range s.Languages {
			if g.has(l) {
				codes = append(codes, l.Code)
			}
		}
		if len(codes) > 0 {
			groups = append(groups, NewGroup(g.name, codes...))
		}
	}
	return groups
}

// Group finds a group by name; false when the study has no such languages.
func (s *Study) Group(name string) (Group, bool) {
	for _, g := range s.Groups() {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// Only is the group of one language.
func Only(code string) Group { return NewGroup(code, code) }

// NewGroup is a group of languages under a name.
func NewGroup(name string, codes ...string) Group {
	g := Group{Name: name, Codes: codes, in: map[string]bool{}}
	for _, c := range codes {
		g.in[c] = true
	}
	return g
}

// Find is a group by its name, or a language by its code. Strong and weak are the seen languages without and among the under-represented ones;
// tables have no rows of them.
func (s *Study) Find(name string) (Group, bool) {
	if g, ok := s.Group(name); ok {
		return g, true
	}
	if name == "strong" || name == "weak" {
		var codes []string
		for _, l := range s.Languages {
			if l.Seen && l.UnderRepresented == (name == "weak") {
				codes = append(codes, l.Code)
			}
		}
		return NewGroup(name, codes...), len(codes) > 0
	}
	_, ok := s.langAt[name]
	return Only(name), ok
}
