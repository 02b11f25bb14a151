package method

import (
	"testing"

	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
)

func TestRandomMatchesCounts(t *testing.T) {
	language := make([]int, 60)
	for i := range language {
		language[i] = i % 3
	}
	want := []int{5, 0, 30} // of 20 each
	_, choices := Random(language, want, rng.Stream(1, "random"))
	got := make([]int, 3)
	for i, c := range choices {
		if c.Kept {
			got[language[i]]++
		}
	}
	if d := cmp.Diff([]int{5, 0, 20}, got); d != "" {
		t.Error(d)
	}
	_, other := Random(language, want, rng.Stream(2, "random"))
	if cmp.Equal(choices, other) {
		t.Error("two streams keep the same pairs")
	}
}
