package training

import (
	"slices"
	"testing"
)

// A half has half of each language's pairs, depends on seed and number, and draws every pair about as often.
func TestHalf(t *testing.T) {
	var language []int
	for i := range 31 {
		language = append(language, i%3) // 11, 10 and 10
	}
	codes := []string{"en", "de", "sw"}
	times := make([]int, len(language))
	const halves = 2000
	for number := range halves {
		count := make([]int, 3)
		half := Half(language, codes, 1, number)
		for _, i := range half {
			times[i]++
			count[language[i]]++
		}
		if !slices.Equal(count, []int{6, 5, 5}) || !slices.IsSorted(half) {
			t.Fatalf("half %d is %v, with %v pairs of the languages", number, half, count)
		}
	}
	for i, n := range times { // five standard deviations of a binomial
		if share := float64(n) / halves; share < 0.5-0.056 || share > 6.0/11+0.056 {
			t.Errorf("pair %d is in %.3f of the halves", i, share)
		}
	}
	if slices.Equal(Half(language, codes, 1, 1), Half(language, codes, 1, 2)) || slices.Equal(Half(language, codes, 1, 1), Half(language, codes, 2, 1)) {
		t.Error("other numbers and seeds draw the same half")
	}
}
