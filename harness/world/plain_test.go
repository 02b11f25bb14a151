package world

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPassages(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		base, held := w.Plain(PlainBase, language), w.Plain(PlainHeld, language)
		if len(base) < 20 || len(held) < 10 {
			t.Errorf("%s: %d and %d passages for 20 and 10 articles", language, len(base), len(held))
		}
		for _, passage := range append(slices.Clone(base), held...) {
			if n := len(passage); n > w.Settings().LongestPassage || !clean(passage) {
				t.Errorf("%s: %d bytes in %q", language, n, passage)
			}
		}
		for _, passage := range held {
			if slices.Contains(base, passage) && utf8.RuneCountInString(passage) > 20 {
				t.Errorf("%s: held out and in the base mixture: %q", language, passage)
			}
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text    string
		longest int
		want    string // joined by |
		reason  string
	}{
		{"One two.", 20, "One two.", "short enough"},
		{"One two. Three four. Five.", 21, "One two. Three four.|Five.", "after the last sentence that fits"},
		{"One two, three four five", 16, "One two,|three four five", "after a clause"},
		{"One two three four", 12, "One two|three four", "at a space"},
		{"一二三。四五六", 15, "一二三。|四五六", "a full stop of its own"},
		{"abcdefgh", 3, "abc|def|gh", "in the middle where there is nothing"},
		{"कककिकक", 9, "कक|किक|क", "not between a letter and its mark"},
	} {
		if got := strings.Join(cut(c.text, c.longest), "|"); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q: %s", c.text, c.longest, got, c.want, c.reason)
		}
	}
}
