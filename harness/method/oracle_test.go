package method

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// At its own threshold the oracle keeps the right pairs, all of them, and nothing else.
func TestOracleKeepsTheRightPairs(t *testing.T) {
	known := []float64{0.3, -0.2, 0, 1e-9, -1e-9}
	kept := Keep{Threshold: 0}.Choose(make([]int, len(known)), Oracle(Evidence{Known: known}))
	for i, gap := range known {
		if kept[i].Kept != (gap > 0) || (kept[i].Rank > 0) != (gap != 0) {
			t.Errorf("a pair with a known gap of %g: %+v", gap, kept[i])
		}
	}
}

// Of each language as many right pairs are kept as another arm keeps pairs, and with all pairs right the same as at random.
func TestRandomRight(t *testing.T) {
	language, known, right := make([]int, 60), make([]float64, 60), make([]float64, 60)
	draw := rng.Stream(1, "gaps")
	for i := range language {
		language[i], known[i], right[i] = i%3, draw.NormFloat64(), 1
	}
	counts, there, kept := []int{3, 0, 20}, make([]int, 3), make([]int, 3)
	scores, choices := RandomRight(language, counts, known, rng.Stream(1, "random"))
	for i, c := range choices {
		if known[i] > 0 {
			there[language[i]]++
		} else if c.Kept || c.Rank > 0 || !math.IsNaN(scores[i]) {
			t.Errorf("a wrong pair scores %g: %+v", scores[i], c)
		}
		if c.Kept {
			kept[language[i]]++
		}
	}
	for l := range kept {
		if kept[l] != min(counts[l], there[l]) {
			t.Errorf("language %d: kept %d of %d right pairs, want %d", l, kept[l], there[l], counts[l])
		}
	}
	_, all := RandomRight(language, counts, right, rng.Stream(1, "random"))
	_, random := Random(language, counts, rng.Stream(1, "random"))
	for i := range all {
		if all[i] != random[i] {
			t.Errorf("pair %d: %+v among right pairs, %+v among all", i, all[i], random[i])
		}
	}
}
