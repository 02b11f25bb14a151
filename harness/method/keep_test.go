package method

import (
	"math"
	"testing"

	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
)

func TestKeep(t *testing.T) {
	language := []int{0, 1, 0, 1, 0, 2, 0}
	scores := []float64{0.1, 0.9, 0.4, -0.2, 0.4, -0.9, 0.2}
	none := math.NaN()
	for name, c := range map[string]struct {
		keep Keep
		rank []int
		kept []bool
	}{
		"half of each language": {Keep{Fraction: 0.5, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{false, true, true, false, true, true, false}},
		"half of all":           {Keep{Fraction: 0.5, Threshold: none, Global: true}, []int{5, 1, 2, 6, 3, 7, 4}, []bool{false, true, true, false, true, false, true}},
		"what is positive":      {Keep{Threshold: 0}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{true, true, true, false, true, false, true}},
		"all":                   {Keep{Fraction: 1, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{true, true, true, true, true, true, true}},
		"hardly any":            {Keep{Fraction: 0.01, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{false, true, true, false, false, true, false}},
	} {
		got := c.keep.Choose(language, scores)
		for i := range got {
			if got[i] != (Choice{c.rank[i], c.kept[i]}) {
				t.Errorf("%s: pair %d: %+v, want rank %d, kept %v", name, i, got[i], c.rank[i], c.kept[i])
			}
		}
	}
}

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
