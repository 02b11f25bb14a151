// Package suggest finds the word a user most likely meant, for the errors that name an unknown one.
package suggest

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the member of among that word is probably a slip for, and whether there is one. A member qualifies
// within an edit distance of a third of the word's length (at least one), or as what stands before the first "-" or
// "_" of the word, so that "sw-KE" finds "sw". Letter case is ignored; among equals the first in the list wins.
func Nearest(word string, among []string) (string, bool) {
	lower := strings.ToLower(word)
	stem := lower
	if cut := strings.IndexAny(lower, "-_"); cut > 0 {
		stem = lower[:cut]
	}
	limit := max(1, utf8.RuneCountInString(lower)/3)
	best, bestDistance := "", limit+1
	for _, candidate := range among {
		c := strings.ToLower(candidate)
		distance := Distance(lower, c)
		if c == stem {
			distance = min(distance, 1)
		}
		if distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best, bestDistance <= limit
}

// DidYouMean is the clause an error appends: `; did you mean "sw"?`, or nothing when no member is near.
func DidYouMean(word string, among []string) string {
	if near, ok := Nearest(word, among); ok {
		return `; did you mean "` + near + `"?`
	}
	return ""
}

// Distance is the optimal string alignment distance in code points: the fewest insertions, deletions, substitutions and
// exchanges of neighbours, the commonest slip of all.
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	d := make([][]int, len(from)+1)
	for i := range d {
		d[i] = make([]int, len(to)+1)
		d[i][0] = i
	}
	for j := range to {
		d[0][j+1] = j + 1
	}
	for i, r := range from {
		for j, s := range to {
			differ := 1
			if r == s {
				differ = 0
			}
			best := min(d[i][j]+differ, d[i][j+1]+1, d[i+1][j]+1)
			if i > 0 && j > 0 && r == to[j-1] && from[i-1] == s {
				best = min(best, d[i-1][j-1]+1)
			}
			d[i+1][j+1] = best
		}
	}
	return d[len(from)][len(to)]
}
