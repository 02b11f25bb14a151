package lang

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// Resolve finds the language that other people's data call value: by code, by the names of the table in any case, also as data sets
// qualify them ("Simplified Chinese", "Modern Standard Arabic"), by the names of CLDR, or by a tag of BCP 47, ISO 639 or FLORES-200 ("en-GB", "eng",
// "kor_Hang"). Of a tag the language and the script count and the region only where it implies the script: "zh-TW" is not Chinese
// in simplified characters.
func (t Table) Resolve(value string) (code string, ok bool) {
	value = strings.TrimSpace(value)
	for _, l := range t.languages {
		if strings.EqualFold(strings.ReplaceAll(value, "_", "-"), l.Code) || strings.EqualFold(value, l.Name) || strings.EqualFold(value, l.Endonym) || l.qualified(value) {
			return l.Code, true
		}
	}
	tag, ok := tagOf(value)
	if !ok {
		return "", false
	}
	base, known := tag.Base()
	script, written := tag.Script()
	for _, l := range t.languages {
		own, _, _ := strings.Cut(l.Code, "-")
		if known == language.Exact && base.String() == own && (l.writtenIn(script.String()) || written == language.No || l.Script == "") {
			return l.Code, true
		}
	}
	return "", false
}

// qualified reports whether value is the language's English name with words that ISO 639-3, FLORES-200 and Aya add to it and that do not
// name another language: before it, or after it in brackets or behind a comma.
func (l Language) qualified(value string) bool {
	words := strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return !unicode.IsLetter(r) })
	name := strings.ToLower(l.Name)
	if len(words) < 2 || !slices.Contains(words, name) {
		return false
	}
	slices.Sort(words)
	words = slices.Compact(words)
	for _, w := range words {
		switch {
		case w == name, w == "standard", w == "modern" && slices.Contains(words, "standard"):
		case w == "simplified" && l.Script == "Hans", w == "mandarin" && l.Code == "zh":
		case w == "castilian" && l.Code == "es":
		case (w == "individual" || w == "macrolanguage" || w == "language") && l.Code == "sw":
		default:
			return false
		}
	}
	return true
}

// writtenIn reports whether a script is the language's, or a part of it: Kore is Hangul with Han characters.
func (l Language) writtenIn(script string) bool {
	return script == l.Script || script == "Hang" && l.Script == "Kore"
}
