package cldr

import (
	"strings"
	"testing"
)

// The classes are those of CLDR's own samples ("@integer 2~4, 22~24, ..."), a few per rule.
func TestKnownPlurals(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, class, numbers string }{
		{"en", "one", "1"},
		{"en", "other", "0 2 21 1.0 0.5"},
		{"fr", "one", "0 1 1.5"},
		{"fr", "many", "1000000"},
		{"fr", "other", "2 17 100"},
		{"es", "one", "1 1.0"},
		{"ru", "one", "1 21 31 101"},
		{"ru", "few", "2 3 4 22 34 102"},
		{"ru", "many", "0 5 11 12 14 20 111 112"},
		{"ru", "other", "1.5 0.1"},
		{"ar", "zero", "0"},
		{"ar", "one", "1"},
		{"ar", "two", "2"},
		{"ar", "few", "3 10 103 110"},
		{"ar", "many", "11 26 99 111 199"},
		{"ar", "other", "100 101 102 200 0.1"},
		{"hi", "one", "0 1 0.5"},
		{"hi", "other", "2 1.1"},
		{"bn", "one", "0 1 0.4"},
		{"tr", "one", "1"},
		{"tr", "other", "2 10"},
		{"zh", "other", "0 1 2"},
		{"th", "other", "1 5"},
		{"sw", "one", "1"},
		{"sw", "other", "2 1.0"},
	} {
		p, err := ParsePlural(d.Locales[c.code].Plurals)
		if err != nil {
			t.Fatalf("%s: %v", c.code, err)
		}
		for number := range strings.FieldsSeq(c.numbers) {
			if got := p.Class(decimal(t, number)); got != c.class {
				t.Errorf("%s: %s is %s, want %s", c.code, number, got, c.class)
			}
		}
	}
}

func TestPluralErrors(t *testing.T) {
	for when, want := range map[string]string{
		"q = 1":     `plural rule "q = 1": "q = 1": the operand must be one of n i v w f t c e`,
		"n % 0 = 1": `plural rule "n % 0 = 1": "n % 0 = 1": the modulus must be a number above 0`,
		"n":         `plural rule "n": "n": want operand = values`,
		"n = 4..2":  `plural rule "n = 4..2": "n = 4..2": want values such as 1 or 2..4`,
	} {
		if _, err := ParsePlural([]PluralRule{{"one", when}}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", when, err, want)
		}
	}
}

func FuzzPlural(f *testing.F) {
	for _, l := range load(f).Locales {
		for _, rule := range l.Plurals {
			f.Add(rule.When, "21.50")
		}
	}
	f.Fuzz(func(t *testing.T, when, number string) {
		p, err := ParsePlural([]PluralRule{{"one", when}, {"other", ""}})
		if err != nil {
			return
		}
		if n, err := ParseDecimal(number); err == nil {
			if class := p.Class(n); class != "one" && class != "other" {
				t.Errorf("%q puts %s into %q", when, number, class)
			}
		}
	})
}
