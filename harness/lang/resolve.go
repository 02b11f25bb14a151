package lang

import (
	"strings"

	"golang.org/x/text/language"
)

// Resolve finds the language that other people's data call value: by code, by the names of the table in any case, or by
// a tag of BCP 47 or ISO 639 ("en-GB", "eng", "deu_Latn", "zh-CN"), of which the language and the script count and the region
// only as far as it says the script: "zh-TW" is not Chinese in simplified characters.
func (t Table) Resolve(value string) (code string, ok bool) {
	value = strings.TrimSpace(value)
	for _, l := range t.languages {
		if strings.EqualFold(value, l.Code) || strings.EqualFold(value, l.Name) || strings.EqualFold(value, l.Endonym) {
			return l.Code, true
		}
	}
	tag, err := language.All.Parse(value)
	if err != nil || value == "" {
		return "", false
	}
	base, known := tag.Base()
	script, _ := tag.Script()
	for _, l := range t.languages {
		if known == language.Exact && base.String() == l.Code && script.String() == l.Script {
			return l.Code, true
		}
	}
	return "", false
}
