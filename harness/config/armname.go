package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestArmName is in characters; tables and the lines of progress have it in full.
const longestArmName = 60

// checkArmName reports what is wrong with an arm's name. It may be in any script and have spaces, but it stands in tables, figures
// and on terminals, where it has to be seen and must not change what stands around it.
func checkArmName(s string) error {
	if strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || joins(r) }) == "" {
		return fmt.Errorf("%q is blank; an arm needs a visible name", s)
	}
	if n := utf8.RuneCountInString(s); n > longestArmName {
		return fmt.Errorf("%q...: has %d characters, want at most %d; put longer text into caption", string([]rune(s)[:20]), n, longestArmName)
	}
	for i, r := range []rune(s) {
		what := ""
		switch {
		case strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", r):
			what = "a line break"
		case unicode.Is(unicode.Cc, r):
			what = "a control character"
		case unicode.Is(unicode.Cf, r) && !joins(r):
			what = "a format character, which is invisible"
		default:
			continue
		}
		return fmt.Errorf("%+q: character %d, %U, is %s", s, i+1, r, what)
	}
	return nil
}

// joins reports whether a character parts or joins its neighbours, as the spelling of some scripts wants it.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }
