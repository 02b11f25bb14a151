package measure

import (
	"math"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// A language's conflict is over the others only.
func TestConflictOfALanguage(t *testing.T) {
	c := Conflict{Languages: []string{"a", "b", "c"}, Before: [][]float64{{1, 0.5, -0.1}, {0.5, 1, -0.3}, {-0.1, -0.3, 1}}}
	for i, want := range [][2]float64{{0.2, 0.5}, {0.1, 0.5}, {-0.2, 1}} {
		mean, negative := c.Of(i)
		if math.Abs(mean-want[0]) > 1e-12 || negative != want[1] {
			t.Errorf("%s: %g, %g, want %g", c.Languages[i], mean, negative, want)
		}
	}
}

// Pairs whose answers are equally good are neither right nor wrong.
func TestWrongPairs(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	pair := func(arm, lang string, gap float64) record.Pair {
		return record.Pair{Seed: 1, Arm: arm, Iteration: 1, Lang: lang, KnownGap: gap, Chosen: string(rune('a' + len(set.Pairs)))}
	}
	set.Pairs = nil
	for _, gap := range []float64{1, -0.5, 0, 0.2, 0.1} {
		set.Pairs = append(set.Pairs, pair("joint", "en", gap))
	}
	set.Pairs = append(set.Pairs, pair("joint", "ar", -1), pair("congrad", "en", -1))
	s := study(t, set)
	if share, n := Wrong(s, "joint", "en"); share != 0.25 || n != 4 {
		t.Errorf("%g of %d", share, n)
	}
	if share, n := Wrong(s, "joint", "ja"); share != 0 || n != 0 {
		t.Errorf("%g of %d where there is no pair", share, n)
	}
}
