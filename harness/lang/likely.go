package lang

import (
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// confused are codes of countries, and old or other codes, that people write for languages. Of two letters every second code is one edit
// away, so edit distance says nothing about them.
var confused = map[string]string{
	"jp": "ja", "jpn": "ja", "cn": "zh", "chn": "zh", "tw": "zh", "hk": "zh", "cmn": "zh", "zho": "zh", "kr": "ko", "kp": "ko", "gr": "el", "cz": "cs", "ua": "uk", "se": "sv", "dk": "da",
	"us": "en", "gb": "en", "au": "en", "at": "de", "ger": "de", "fre": "fr", "mx": "es", "br": "pt", "in": "hi", "bd": "bn", "tz": "sw", "ke": "sw", "swh": "sw", "vn": "vi", "ir": "fa", "pk": "ur",
	"eg": "ar", "sa": "ar", "ae": "ar", "arb": "ar", "il": "he", "iw": "he", "my": "ms", "ph": "tl", "ng": "yo", "su": "ru",
}

// Likely is the language, of those given, that a word that is none was probably meant for: by a name, by a tag or by a code that is
// confused with it; words that are too long for codes also by their spelling.
func (t Table) Likely(word string, among []string) (code string, ok bool) {
	lower := strings.ToLower(strings.TrimSpace(word))
	stem, _, _ := strings.Cut(strings.ReplaceAll(lower, "_", "-"), "-")
	if code, ok := t.Resolve(word); ok && slices.Contains(among, code) {
		return code, true
	}
	for _, code := range []string{confused[lower], stem, confused[stem]} {
		if slices.Contains(among, code) {
			return code, true
		}
	}
	if len(lower) <= 3 {
		return "", false
	}
	var names []string
	for _, l := range t.languages {
		if slices.Contains(among, l.Code) {
			names = append(names, l.Name)
		}
	}
	name, near := suggest.Nearest(word, names)
	if !near {
		return "", false
	}
	return t.Resolve(name)
}

// DidYouMean is the clause that an error appends.
func (t Table) DidYouMean(word string, among []string) string {
	if code, ok := t.Likely(word, among); ok {
		return `; did you mean "` + code + `"?`
	}
	return ""
}
