package lang

import (
	"cmp"
	"fmt"
	"slices"
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
