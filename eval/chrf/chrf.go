// Package chrf scores an answer against a reference answer by the F-score of their character n-grams.
//
// Score is the sentence-level chrF2 of sacreBLEU 2 (nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no): Popović, "chrF:
// character n-gram F-score for automatic MT evaluation", WMT 2015. The goldens in testdata come from sacreBLEU itself.
package chrf

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	order = 6 // longest n-gram, in code points
	beta  = 2 // recall counts beta times as much as precision
)

// Score returns the chrF of a hypothesis against a reference, from 0 to 100. White space is left out on both sides.
// An n-gram length that either side is too short for is left out of the mean, as in sacreBLEU's effective order; two
// texts without a single common length (one of them empty) score 0, also when both are empty.
func Score(hypothesis, reference string) float64 {
	h, r := visible(hypothesis), visible(reference)
	var precision, recall float64
	orders := 0
	for n := 1; n <= min(order, len(h), len(r)); n++ {
		matches := float64(matches(h, r, n))
		precision += matches / float64(len(h)-n+1)
		recall += matches / float64(len(r)-n+1)
		orders++
	}
	if precision+recall == 0 {
		return 0
	}
	precision /= float64(orders)
	recall /= float64(orders)
	return 100 * (1 + beta*beta) * precision * recall / (beta*beta*precision + recall)
}

// Known returns how good an answer is against its reference answer, from 0 to 1: 1 when the two are the same after
// trimming and Unicode normal form C, else 0.99 of their chrF, so that exact always beats near.
func Known(answer, right string) float64 {
	answer, right = canonical(answer), canonical(right)
	if answer == right {
		return 1
	}
	return 0.99 * Score(answer, right) / 100
}

func canonical(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// matches counts the n-grams two texts share, each as often as in the text that has fewer of it.
func matches(a, b []rune, n int) int {
	left := make(map[string]int, len(b))
	for i := 0; i+n <= len(b); i++ {
		left[string(b[i:i+n])]++
	}
	shared := 0
	for i := 0; i+n <= len(a); i++ {
		gram := string(a[i : i+n])
		if left[gram] > 0 {
			left[gram]--
			shared++
		}
	}
	return shared
}

// visible drops white space, and with it the four ASCII separators FS to US, which are white space to Python's
// str.split, hence to sacreBLEU, but not to Go.
func visible(s string) []rune {
	kept := make([]rune, 0, len(s))
	for _, r := range s {
		if !unicode.IsSpace(r) && (r < 0x1c || r > 0x1f) {
			kept = append(kept, r)
		}
	}
	return kept
}
