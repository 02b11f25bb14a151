package config

import (
	"strings"
	"testing"
)

// Names of arms are what can be seen and stands on one line, in any script.
func TestArmNames(t *testing.T) {
	long := strings.Repeat("é", 61)
	for name, want := range map[string]string{
		`""`: ": is ", `"  \u00a0\u200d"`: `is blank; an arm needs a visible name`,
		`"a\nb"`:     `the 3rd arm: name: "a\nb": character 2, U+000A, is a line break`,
		`"a\u2028b"`: `character 2, U+2028, is a line break`, `"a\u0085b"`: "U+0085, is a line break",
		`"日\u001b[31m"`:      `"\u65e5\x1b[31m": character 2, U+001B, is a control character`,
		`"a\u202eb"`:         `"a\u202eb": character 2, U+202E, is a format character, which is invisible`,
		`"\ufeffa"`:          "character 1, U+FEFF, is a format character",
		`"` + long + `"`:     `"` + strings.Repeat("é", 20) + `"...: has 61 characters, want at most 60; put longer text into caption`,
		`"` + long[2:] + `"`: "", `"basé line 日本's"`: "", `"می\u200cخواهم"`: "",
	} {
		text := strings.Replace(good, `name = "random"`, "name = "+name, 1)
		_, err := load(text)
		if (want == "") != (err == nil) || err != nil && !(strings.Contains(err.Error(), want) && strings.Contains(err.Error(), "the 3rd arm: name")) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
