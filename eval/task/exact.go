package task

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Exact reports whether an answer is one of the right ones after both are normalised.
func Exact(answer string, right []string) bool {
	answer = Normalise(answer)
	return slices.ContainsFunc(right, func(r string) bool { return Normalise(r) == answer })
}

// Normalise removes differences that do not change an answer: NFKC, cases folded, white space as single spaces, and neither
// white space nor punctuation around it all. Punctuation inside stays: 3.5 is not 35.
func Normalise(s string) string {
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
	return strings.Join(strings.Fields(s), " ")
}

// Cut ends an answer before the first of the texts that end it.
func Cut(answer string, until []string) string {
	for _, u := range until {
		answer, _, _ = strings.Cut(answer, u)
	}
	return answer
}
