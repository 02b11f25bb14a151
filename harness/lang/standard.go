package lang

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Standard describes a language that the table does not have, from a tag of BCP 47, ISO 639 or FLORES-200 ("pt", "yor_Latn", "zh-TW") or a
// name in English or in the language itself. Its code is the shortest: two letters where ISO 639-1 has the language, and the script only
// where it is not the usual one ("zh-Hant"). A region counts only where it implies the script.
func Standard(value string) (Language, bool) {
	tag, ok := tagOf(value)
	if !ok {
		return Language{}, false
	}
	base, known := tag.Base()
	if known != language.Exact || slices.Contains(noLanguage, base.String()) {
		return Language{}, false
	}
	script, written := tag.Script()
	usual, _ := language.Make(base.String()).Script()
	code := base.String()
	if unknown := "Zzzz"; written != language.No && script != usual && usual.String() != unknown && !(Language{Script: usual.String()}).writtenIn(script.String()) {
		code += "-" + script.String()
	}
	l := Language{Code: code, Name: display.English.Tags().Name(language.Make(code)), Endonym: display.Self.Name(language.Make(code)), Direction: "ltr"}
	if written != language.No {
		l.Script = script.String()
	}
	if usual.String() == "Kore" && l.Script == "Hang" {
		l.Script = "Kore"
	}
	if slices.Contains(rightToLeft, l.Script) {
		l.Direction = "rtl"
	}
	if l.Name == "" {
		l.Name = code
	}
	return l, true
}

// noLanguage are codes of ISO 639 for what is not one language: several, an unknown one, none, one without a code.
var noLanguage = []string{"mul", "und", "zxx", "mis"}

// rightToLeft are the scripts that Unicode's bidirectional algorithm gives the class R or AL and that a living language is written in.
var rightToLeft = []string{"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}

// tagOf reads a tag, or a language's name.
func tagOf(value string) (language.Tag, bool) {
	value = strings.TrimSpace(value)
	if tag, err := language.All.Parse(value); err == nil && value != "" {
		return tag, true
	}
	code := namesOf()[strings.ToLower(value)]
	if code == "" {
		code = published[strings.ToLower(value)]
	}
	return language.Make(code), code != ""
}

// namesOf has the codes of the languages that CLDR has an English name for, by that name and by the language's own, in lower case. A name of
// several languages names none.
var namesOf = sync.OnceValue(func() map[string]string {
	of, several := map[string]string{}, map[string]bool{}
	english := display.English.Languages()
	for _, base := range language.Supported.BaseLanguages() {
		tag, err := language.Raw.Compose(base)
		if err != nil || english.Name(tag) == "" {
			continue
		}
		for _, name := range []string{english.Name(tag), display.Self.Name(tag)} {
			name = strings.ToLower(name)
			several[name] = several[name] || of[name] != "" && of[name] != base.String()
			of[name] = base.String()
		}
	}
	maps.DeleteFunc(of, func(name, _ string) bool { return several[name] || name == "" })
	return of
})

// published are names that FLORES-200, ISO 639-3, Aya and INCLUDE have and CLDR has not, in lower case.
var published = map[string]string{
	"bengali": "bn", "mandarin": "zh", "mandarin chinese": "zh", "simplified chinese": "zh", "chinese (simplified)": "zh", "traditional chinese": "zh-Hant", "chinese (traditional)": "zh-Hant", "yue chinese": "yue",
	"farsi": "fa", "iranian persian": "fa", "western persian": "fa", "dari": "prs", "southern pashto": "ps",
	"north azerbaijani": "az", "south azerbaijani": "azb", "northern uzbek": "uz", "halh mongolian": "mn", "northern kurdish": "ku", "eastern yiddish": "yi",
	"plateau malagasy": "mg", "tosk albanian": "sq", "west central oromo": "om", "modern greek": "el", "modern greek (1453-)": "el", "haitian": "ht", "kirghiz": "ky",
	"tagalog": "fil", "panjabi": "pa", "eastern panjabi": "pa", "oriya": "or", "nepali (individual language)": "ne", "chichewa": "ny", "southern sotho": "st",
	"sotho": "st", "pedi": "nso", "ganda": "lg", "luganda": "lg", "flemish": "nl", "slovene": "sl", "central khmer": "km", "myanmar": "my", "castilian": "es",
	"najdi arabic": "ars", "mesopotamian arabic": "acm", "ta'izzi-adeni arabic": "acq", "north levantine arabic": "apc", "south levantine arabic": "ajp",
	"norwegian": "no", "norwegian bokmal": "no", "santhali": "sat", "kachchi": "kfr", "fon": "fon", "twi": "tw", "scottish gaelic": "gd", "sami": "se",
}
