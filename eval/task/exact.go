package task

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Exact reports whether an answer equals one of the reference answers after both are normalised. An answer without any letter,
// digit or symbol equals nothing: an empty answer is no answer.
func Exact(answer string, right []string) bool {
	answer = Normalise(answer)
	return !Blank(answer) && slices.ContainsFunc(right, func(r string) bool { return Normalise(r) == answer })
}

// Exact is [Exact] as the task has it: with numbers, decimal numbers are also equal if their values are.
func (a Answer) Exact(answer string, right []string) bool {
	return Exact(answer, right) || a.Numbers && slices.ContainsFunc(right, func(r string) bool { return sameNumber(Normalise(r), Normalise(answer)) })
}

// Blank reports whether a text has no letter, digit or symbol.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) })
}

// decimal is a number with a point at most: a comma may stand for a point or for thousands.
var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)$`)

func sameNumber(a, b string) bool {
	if !decimal.MatchString(a) || !decimal.MatchString(b) {
		return false
	}
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok && ok2 && x.Cmp(y) == 0
}

// Cut ends an answer before the first of the texts that end it.
func Cut(answer string, until []string) string {
	for _, u := range until {
		answer, _, _ = strings.Cut(answer, u)
	}
	return answer
}
