package cldr

import (
	"strings"
	"testing"
)

const numbering = "%spellout-numbering"

func speller(t testing.TB, d *Data, code string) Speller {
	t.Helper()
	s, err := ParseSpellout(d.Locales[code].Spellout)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return s
}

// The forms are those any grammar of the language gives; where usage varies (Chinese 〇 or 零, Arabic spellings) the
// one that CLDR's rules spell.
func TestKnownSpellings(t *testing.T) {
	d := load(t)
	for _, c := range []struct {
		code string
		n    uint64
		want string
	}{
		{"en", 0, "zero"},
		{"en", 21, "twenty-one"},
		{"en", 100, "one hundred"},
		{"en", 999, "nine hundred ninety-nine"},
		{"es", 16, "dieciséis"},
		{"es", 29, "veintinueve"},
		{"es", 31, "treinta y uno"},
		{"es", 100, "cien"},
		{"es", 101, "ciento uno"},
		{"es", 200, "doscientos"},
		{"es", 777, "setecientos setenta y siete"},
		{"de", 1, "eins"},
		{"de", 16, "sechzehn"},
		{"de", 21, "einundzwanzig"},
		{"de", 101, "einhunderteins"},
		{"de", 777, "siebenhundertsiebenundsiebzig"},
		{"fr", 17, "dix-sept"},
		{"fr", 21, "vingt-et-un"},
		{"fr", 71, "soixante-et-onze"},
		{"fr", 80, "quatre-vingts"},
		{"fr", 81, "quatre-vingt-un"},
		{"fr", 99, "quatre-vingt-dix-neuf"},
		{"fr", 200, "deux cents"},
		{"fr", 201, "deux cent un"},
		{"it", 21, "ventuno"},
		{"it", 23, "ventitré"},
		{"it", 28, "ventotto"},
		{"it", 180, "centottanta"},
		{"it", 999, "novecentonovantanove"},
		{"ru", 21, "двадцать один"},
		{"ru", 40, "сорок"},
		{"ru", 200, "двести"},
		{"ru", 345, "триста сорок пять"},
		{"ru", 500, "пятьсот"},
		{"zh", 10, "十"},
		{"zh", 21, "二十一"},
		{"zh", 105, "一百〇五"},
		{"zh", 110, "一百一十"},
		{"ja", 21, "二十一"},
		{"ja", 100, "百"},
		{"ja", 365, "三百六十五"},
		{"ko", 21, "이십일"},
		{"ko", 100, "백"},
		{"ko", 365, "삼백육십오"},
		{"ar", 5, "خمسة"},
		{"ar", 25, "خمسة وعشرون"},
		{"ar", 100, "مائة"},
		{"ar", 200, "مائتان"},
		{"th", 11, "สิบเอ็ด"},
		{"th", 21, "ยี่สิบเอ็ด"},
		{"th", 345, "สามร้อยสี่สิบห้า"},
		{"sw", 21, "ishirini na moja"},
		{"sw", 100, "mia moja"},
		{"tr", 21, "yirmi bir"},
		{"tr", 100, "yüz"},
		{"tr", 200, "iki yüz"},
		{"hi", 21, "इक्कीस"},
		{"hi", 99, "निन्यानबे"},
		{"hi", 100, "एक सौ"},
		{"hi", 365, "तीन सौ पैंसठ"},
	} {
		if got, err := speller(t, d, c.code).Spell(numbering, c.n); err != nil || got != c.want {
			t.Errorf("%s: %d is %q (%v), want %q", c.code, c.n, got, err, c.want)
		}
	}
}

// Below a thousand every number has words, no two the same, and no rule syntax is left in them.
func TestSpellingsAreWhole(t *testing.T) {
	d := load(t)
	for code, l := range d.Locales {
		if len(l.Spellout) == 0 {
			if code != "bn" {
				t.Errorf("%s has no rules", code)
			}
			continue
		}
		s := speller(t, d, code)
		seen := map[string]uint64{}
		for n := range uint64(1000) {
			words, err := s.Spell(numbering, n)
			if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			if other, twice := seen[words]; twice {
				t.Errorf("%s: %d and %d are both %q", code, other, n, words)
			}
			seen[words] = n
			if strings.ContainsAny(words, "→←=%[];$'0123456789") || strings.TrimSpace(words) != words {
				t.Errorf("%s: %d is %q", code, n, words)
			}
		}
	}
}

func TestRollback(t *testing.T) {
	s, err := ParseSpellout(map[string][]SpelloutRule{"%a": {{"0", "zero;"}, {"100", "hundred;"}, {"101", "hundred and →→;"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Spell("%a", 200); err != nil || got != "hundred" {
		t.Errorf("200 is %q (%v), want the rule for 100: nothing remains", got, err)
	}
}

func TestSpelloutErrors(t *testing.T) {
	for text, want := range map[string]string{
		"=%a=;":   "spell 5 by %a: the rules refer back to themselves",
		"=%b=;":   "spell 5 by %a: no rule of %b covers 5",
		"=#,##0=": `spellout %a, rule "0" "=#,##0=": a rule ends with a semicolon`,
		"=0=;":    "spell 5 by %a: beyond the rules in words",
		"[a;":     `spellout %a, rule "0" "[a;": brackets must come in pairs and must not be nested`,
		"→→→;":    `spellout %a, rule "0" "→→→;": '→' does not end, or is of a kind that is not supported`,
		"$(x)$;":  `spellout %a, rule "0" "$(x)$;": a plural choice $(...)$ is not supported`,
	} {
		s, err := ParseSpellout(map[string][]SpelloutRule{"%a": {{"0", text}}})
		if err == nil {
			_, err = s.Spell("%a", 5)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func FuzzSpellout(f *testing.F) {
	for _, l := range load(f).Locales {
		for _, rule := range l.Spellout[numbering] {
			f.Add(rule.Base, rule.Text, uint64(21))
		}
	}
	f.Fuzz(func(_ *testing.T, base, text string, n uint64) {
		s, err := ParseSpellout(map[string][]SpelloutRule{
			"%a": {{"0", "x;"}, {base, text}},
			"%b": {{"0", "y;"}, {"10", "←%a←[→→];"}, {base, text}},
		})
		if err == nil {
			_, _ = s.Spell("%b", n) // it must end, with words or with an error
		}
	})
}
