package lang

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"congrad/harness/suggest"

	"golang.org/x/text/language"
)

// confused are codes that are a language's or a country's and that people write for another language. Of two letters every second code is
// one edit away, so edit distance says nothing about them.
var confused = map[string]string{
	"jp": "ja", "cn": "zh", "chn": "zh", "tw": "zh", "hk": "zh", "kr": "ko", "kp": "ko", "gr": "el", "cz": "cs", "ua": "uk", "se": "sv", "dk": "da",
	"us": "en", "gb": "en", "au": "en", "at": "de", "mx": "es", "br": "pt", "in": "hi", "bd": "bn", "tz": "sw", "ke": "sw", "vn": "vi", "ir": "fa", "pk": "ur",
	"eg": "ar", "sa": "ar", "ae": "ar", "il": "he", "my": "ms", "ph": "tl", "ng": "yo", "su": "ru",
}

// Likely is the language, of those given, that a word that is none of them was probably meant for: by a name, a tag, or a code that is
// confused with its own; of words that are too long for codes also by their spelling.
func (t Table) Likely(word string, among []string) (code string, ok bool) {
	for _, l := range t.meant(word) {
		if slices.Contains(among, l.Code) {
			return l.Code, true
		}
	}
	return "", false
}

// DidYouMean is the clause that an error about a language that is not among those given appends: what the word was probably meant to be,
// or nothing.
func (t Table) DidYouMean(word string, among []string) string {
	if code, ok := t.Likely(word, among); ok {
		return `; did you mean "` + code + `"?`
	}
	return ""
}

// Meant is the clause that an error about a word that names no language appends, or nothing.
func (t Table) Meant(word string) string {
	var list []string
	for _, l := range t.meant(word) {
		list = append(list, fmt.Sprintf("%q (%s)", l.Code, l.Name))
	}
	if len(list) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(list, " or ") + "?"
}

// meant lists the languages that a word may have been meant for, the likeliest first.
func (t Table) meant(word string) (list []Language) {
	add := func(name string) bool {
		l, ok := t.Know(name)
		if ok && !slices.ContainsFunc(list, func(other Language) bool { return other.Code == l.Code }) {
			list = append(list, l)
		}
		return ok
	}
	lower := strings.ToLower(strings.TrimSpace(word))
	stem, _, _ := strings.Cut(strings.ReplaceAll(lower, "_", "-"), "-")
	known := add(word)
	add(stem)
	add(confused[lower])
	add(confused[stem])
	switch {
	case known:
	case len(lower) == 2:
		add(ofCountry(lower))
		for _, l := range t.languages {
			if strings.HasPrefix(strings.ToLower(l.Name), lower) || strings.HasPrefix(strings.ToLower(l.Endonym), lower) {
				add(l.Code)
			}
		}
	case len(lower) > 4: // shorter names are near many codes
		var names []string
		for _, l := range t.languages { // first: among equals the first wins
			names = append(names, strings.ToLower(l.Name), strings.ToLower(l.Endonym))
		}
		name, _ := suggest.Nearest(lower, append(names, slices.Sorted(maps.Keys(namesOf()))...))
		add(name)
	}
	return list
}

// ofCountry is the language that is spoken most in a country, by its two letters; empty if they are no country's.
func ofCountry(letters string) string {
	tag, err := language.Parse("und-" + strings.ToUpper(letters))
	if err != nil {
		return ""
	}
	base, sure := tag.Base()
	if sure < language.High {
		return ""
	}
	return base.String()
}
