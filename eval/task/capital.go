package task

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// capital is Python's str.capitalize (3.8 and later), with which lm-evaluation-harness reads HellaSwag: the first character in title case, all others in
// lower case, by Unicode's full mappings, which may change lengths: ß becomes Ss, İ an i with a dot above.
func capital(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case i == 0:
			b.WriteString(cases.Title(language.Und, cases.NoLower).String(string(r)))
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && final(runes, i):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// final reports whether a sigma ends a word: there is a cased character before it and none after it, not counting those that case ignores
// (Unicode 17.0, 3.13, Final_Sigma).
func final(runes []rune, at int) bool {
	cased := func(step int) bool {
		for i := at + step; i >= 0 && i < len(runes); i += step {
			if !ignored(runes[i]) {
				return unicode.In(runes[i], unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
			}
		}
		return false
	}
	return cased(-1) && !cased(1)
}

// ignored is Unicode's Case_Ignorable.
func ignored(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:^`¨·’‘․﹒＇．：﹕‧︓͵·", r)
}
