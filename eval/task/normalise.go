package task

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Normalise removes differences that do not change an answer, and no others: marks that nobody sees, NFKC, case, runs of white
// space, the digits' script, and what is put around an answer (quotes, brackets, emphasis, the punctuation of a sentence).
// What is part of a value stays: signs, decimal points, percent signs, powers, and signs next to a letter, as in C#.
func Normalise(s string) string {
	for {
		next := undress(compatible(visible(s)))
		if next == s { // unwrapping may make new neighbours; every step shortens or settles the text
			return s
		}
		s = next
	}
}

// unseen are marks that change no answer wherever they are: of direction, zero-width spaces, byte order marks, soft hyphens and
// selectors of a glyph's variant. Zero-width joiners are not among them: inside a Persian or Indic word they are part of its spelling.
var unseen = &unicode.RangeTable{R16: []unicode.Range16{
	{0x00ad, 0x00ad, 1},
	{0x061c, 0x061c, 1},
	{0x180e, 0x180e, 1},
	{0x200b, 0x200b, 1},
	{0x200e, 0x200f, 1},
	{0x202a, 0x202e, 1},
	{0x2060, 0x2069, 1},
	{0xfe00, 0xfe0f, 1},
	{0xfeff, 0xfeff, 1},
}, LatinOffset: 1}

func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unseen, r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) })
}

// The patterns of what NFKC would make another value of: it writes 10² as 102, 101₂ as 1012 and 1½ as 11⁄2.
var (
	superscripts = regexp.MustCompile(`[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ]+`)
	subscripts   = regexp.MustCompile(`(\pN)([₀-₉₊₋]+)|([₀-₉₊₋]+)(\pN)`) // next to a letter they are its index: H₂O is H2O
	fractions    = regexp.MustCompile(`(\pN)([¼-¾⅐-⅟↉])`)
	percent      = regexp.MustCompile(`(\d)\s+([%‰‱])`)
	minus        = regexp.MustCompile(`^-\s+([.,]?\d)`)
	spaces       = regexp.MustCompile(`\s+`)
)

// same are characters that are written for another.
var same = strings.NewReplacer("⁄", "/", "∕", "/", "‐", "-", "‑", "-", "‒", "-", "–", "-", "−", "-", "٪", "%", "٫", ".", "٬", ",")

// compatible is a text in NFKC and folded case with ASCII digits, and with powers, subscripts, fractions and minus signs as ASCII has them.
func compatible(s string) string {
	s = superscripts.ReplaceAllString(s, "^$0")
	s = subscripts.ReplaceAllString(s, "${1}${3}_${2}${4}")
	s = fractions.ReplaceAllString(s, "$1 $2")
	s = Caseless(s)
	s = strings.Map(digit, same.Replace(s))
	s = percent.ReplaceAllString(s, "$1$2")
	s = minus.ReplaceAllString(s, "-$1")
	return strings.TrimSpace(spaces.ReplaceAllString(s, " "))
}

// Caseless is a text in NFKC and folded case. Folding can leave a text that is not in NFKC, so it is normalised again.
func Caseless(s string) string { return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s))) }

// digit writes a decimal digit of any script in ASCII. Unicode has the ten of a script in a row, from zero (chapter 4.6).
func digit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	value := rune(0)
	for value < 9 && unicode.Is(unicode.Nd, r-value-1) {
		value++
	}
	return '0' + value
}

// undress takes off what is around an answer.
func undress(s string) string {
	for {
		r := strings.TrimSpace(unpunctuated([]rune(unwrapped([]rune(s)))))
		if r == s {
			return s
		}
		s = r
	}
}

// emphasis are marks that are taken off in pairs: a single one may be a sign, as in A*.
const emphasis = "*_`~$"

// unwrapped takes off one pair of quotes, brackets or marks of emphasis around all of a text.
func unwrapped(r []rune) string {
	if len(r) < 2 {
		return string(r)
	}
	first, last, inner := r[0], r[len(r)-1], string(r[1:len(r)-1])
	switch {
	case strings.ContainsRune(emphasis+`"'`, first) && first == last, quote(first) && quote(last) && first != '"' && first != '\'':
		return inner
	case unicode.Is(unicode.Ps, first) && partner(r, 0) == len(r)-1 && closes(first, last) && !tuple(inner):
		return inner
	}
	return string(r)
}

// tuple reports whether brackets hold numbers in a row: then they say which kind of thing it is, as of (1, 2) and [1, 2].
func tuple(inner string) bool {
	return strings.ContainsAny(inner, ",;") && !strings.ContainsFunc(inner, unicode.IsLetter)
}

func quote(r rune) bool {
	return unicode.In(r, unicode.Pi, unicode.Pf) || strings.ContainsRune(`"'‚„`, r)
}

// closes reports whether two brackets are of one kind: Unicode has a closing bracket next to its opening one, but for some pairs
// in which a character is between.
func closes(first, last rune) bool {
	return last > first && last-first <= 2
}

// partner is the position of the bracket that belongs to one; -1 if it has none.
func partner(r []rune, at int) int {
	step, depth := 1, 0
	if unicode.Is(unicode.Pe, r[at]) {
		step = -1
	}
	for i := at; i >= 0 && i < len(r); i += step {
		switch {
		case unicode.Is(unicode.Ps, r[i]):
			depth += step
		case unicode.Is(unicode.Pe, r[i]):
			depth -= step
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// unpunctuated takes punctuation off one end of a text, if there is any that says nothing about the answer.
func unpunctuated(r []rune) string {
	if n := len(r); n > 0 && loose(r, n-1, -1) {
		return string(r[:n-1])
	}
	dots := 0
	for dots < len(r) && r[dots] == '.' {
		dots++
	}
	if dots > 1 { // an ellipsis; a single one may be a decimal point
		return string(r[dots:])
	}
	if len(r) > 0 && loose(r, 0, 1) {
		return string(r[1:])
	}
	return string(r)
}

// signs are characters that Unicode counts as punctuation and that are part of a value or a name.
var signs = []rune("#%&*/@\\_§¶†‡‰‱′″‴‵‶‷")

// loose reports whether the punctuation at an end of a text is no part of the answer. inwards is the step from it to its neighbour.
func loose(r []rune, at, inwards int) bool {
	c, next := r[at], rune(' ')
	if len(r) > 1 {
		next = r[at+inwards]
	}
	touching, first := unicode.IsLetter(next) || unicode.IsNumber(next) || unicode.IsSymbol(next), inwards > 0
	switch {
	case !unicode.IsPunct(c):
		return false
	case len(r) == 1:
		return true
	case c == '-': // the sign of -5, the grade A-; else a dash or a bullet
		return !touching && !(first && (next == '.' || next == ','))
	case c == '.' || c == ',': // .5 is not 5, nor is .NET; 5. is
		return !(first && touching)
	case slices.Contains(signs, c):
		return next == ' '
	case strings.ContainsRune(`'’‘`, c): // an apostrophe, or feet
		return !touching
	case quote(c): // inches after a digit
		return first || !unicode.IsNumber(next)
	case unicode.In(c, unicode.Ps, unicode.Pe):
		return partner(r, at) < 0
	}
	return true
}
