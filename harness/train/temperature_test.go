package train

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// 100 pairs of language 0, 25 of language 1, none of language 2 and 4 of language 3. At T = 2 the shares are as 10 : 5 : 2,
// so that of 129 pairs 75.9, 37.9 and 15.2 are met; without bound all three are met 43 times.
func TestTemperature(t *testing.T) {
	var language []int
	for l, n := range []int{100, 25, 0, 4} {
		language = append(language, slices.Repeat([]int{l}, n)...)
	}
	for temperature, want := range map[float64][]int{0: {100, 25, 0, 4}, 1: {100, 25, 0, 4}, 1.0000001: {100, 25, 0, 4}, 2: {76, 38, 0, 15}, 1e9: {43, 43, 0, 43}} {
		times := Met(language, temperature, 1, 1, "1")
		of, least, most := make([]int, 4), []int{129, 129, 129, 129}, make([]int, 4)
		for i, l := range language {
			of[l] += times[i]
			least[l], most[l] = min(least[l], times[i]), max(most[l], times[i])
		}
		if d := cmp.Diff(want, of); d != "" {
			t.Errorf("T = %g meets the languages otherwise: %s", temperature, d)
		}
		for l := range of {
			if most[l] > least[l]+1 {
				t.Errorf("T = %g: pairs of language %d are met %d to %d times", temperature, l, least[l], most[l])
			}
		}
	}
	first := Met(language, 2, 1, 1, "1")
	if !slices.Equal(first, Met(language, 2, 1, 1, "1")) || slices.Equal(first, Met(language, 2, 1, 2, "1")) || slices.Equal(first, Met(language, 2, 1, 1, "2")) {
		t.Error("what is met is not a function of seed and round")
	}
	if first[125] < 3 || first[125] > 4 { // 15 times four pairs
		t.Errorf("the first pair of four is met %d times", first[125])
	}
}

// Steps meet what Met counts.
func TestStepsMeetWhatIsCounted(t *testing.T) {
	var pairs []Pair
	var language []int
	for i := range 10 {
		pairs = append(pairs, Pair{Language: i / 7})
		language = append(language, i/7)
	}
	times := make([]int, len(pairs))
	for step := 1; step <= 2*3; step++ {
		for _, i := range batchOf(pairs, Settings{BatchPairs: 4, Temperature: 5}, step, 1, "1") {
			times[i]++
		}
	}
	if d := cmp.Diff(Met(language, 5, 2, 1, "1"), times); d != "" {
		t.Error(d)
	}
}
