package lang

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"congrad/harness/suggest"

	"golang.org/x/text/language"
)

// With is the table with further languages; one of a code that is there takes its place.
func (t Table) With(languages ...Language) Table {
	all := t.All()
	for _, l := range languages {
		all = slices.DeleteFunc(all, func(other Language) bool { return other.Code == l.Code })
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Language) int { return cmp.Compare(a.Code, b.Code) })
	return Table{all}
}

// Know finds the language that value names: in the table, or any other of ISO 639.
func (t Table) Know(value string) (Language, bool) {
	if code, ok := t.Resolve(value); ok {
		l, err := t.Find(code)
		return l, err == nil
	}
	return Standard(value)
}

// completed fills in what a definition does not say from what is known of its code; a direction from the script.
func (l Language) completed() Language {
	of, known := Standard(l.Code)
	l.Name, l.Script = cmp.Or(l.Name, of.Name, l.Code), cmp.Or(l.Script, of.Script)
	if l.Endonym == "" && known {
		l.Endonym = of.Endonym
	}
	if l.Direction == "" {
		l.Direction = "ltr"
		if slices.Contains(rightToLeft, l.Script) {
			l.Direction = "rtl"
		}
	}
	return l
}

// Define is a language of an experiment. What is empty is taken from what is known of the code; err says which key is wrong and why.
func Define(l Language) (of Language, key string, err error) {
	switch {
	case !codeForm.MatchString(l.Code):
		return l, "", fmt.Errorf("the code %q: want two or three lower-case letters, and if need be more after a hyphen, such as \"pt-BR\"", l.Code)
	case l.Script != "" && !scriptForm.MatchString(l.Script):
		return l, "script", fmt.Errorf("%q: want an ISO 15924 code such as \"Latn\"", l.Script)
	case l.Direction != "" && l.Direction != "ltr" && l.Direction != "rtl":
		return l, "direction", fmt.Errorf("%q: want \"ltr\" or \"rtl\"", l.Direction)
	}
	return l.completed(), "", nil
}

// Speaks reports whether the embedded world has the language's forms.
func (l Language) Speaks() bool { return len(l.Prompts) > 0 }

// Meant is the clause that an error about an unknown language appends: what the word was probably meant to be, or nothing. Two letters are
// looked up as the code of a country, which is often taken for a language's, and as the beginning of a name: by edit distance each
// of them would be near dozens of codes.
func (t Table) Meant(word string) string {
	var list []string
	add := func(l Language) {
		if clause := fmt.Sprintf("%q (%s)", l.Code, l.Name); !slices.Contains(list, clause) {
			list = append(list, clause)
		}
	}
	lower := strings.ToLower(strings.TrimSpace(word))
	if len(lower) == 2 {
		if tag, err := language.Parse("und-" + strings.ToUpper(lower)); err == nil {
			if base, sure := tag.Base(); sure >= language.High {
				if l, ok := t.Know(base.String()); ok {
					add(l)
				}
			}
		}
		for _, l := range t.languages {
			if strings.HasPrefix(strings.ToLower(l.Name), lower) || strings.HasPrefix(strings.ToLower(l.Endonym), lower) {
				add(l)
			}
		}
	} else if name, ok := nearestName(t, lower); ok {
		if l, ok := t.Know(name); ok {
			add(l)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(list, " or ") + "?"
}

// nearestName is the name of a language, in English or its own, that a word is a slip for. A name of up to four letters has none: codes
// of three or four letters are near many.
func nearestName(t Table, lower string) (string, bool) {
	if len(lower) < 5 {
		return "", false
	}
	var known []string
	for _, l := range t.languages { // first: among equals the first wins
		known = append(known, strings.ToLower(l.Name), strings.ToLower(l.Endonym))
	}
	return suggest.Nearest(lower, append(known, slices.Sorted(maps.Keys(names()))...))
}
