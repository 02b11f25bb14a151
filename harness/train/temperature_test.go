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
	met := func(temperature float64, seed uint64, round string) []int {
		return Settings{Epochs: 1, BatchPairs: 16, Temperature: temperature}.Met(language, seed, round)
	}
	for temperature, want := range map[float64][]int{0: {100, 25, 0, 4}, 1: {100, 25, 0, 4}, 1.0000001: {100, 25, 0, 4}, 2: {76, 38, 0, 15}, 1e9: {43, 43, 0, 43}} {
		times := met(temperature, 1, "1")
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
	first := met(2, 1, "1")
	if !slices.Equal(first, met(2, 1, "1")) || slices.Equal(first, met(2, 2, "1")) || slices.Equal(first, met(2, 1, "2")) {
		t.Error("what is met is not a function of seed and round")
	}
	if first[125] < 3 || first[125] > 4 { // 15 times four pairs
		t.Errorf("the first pair of four is met %d times", first[125])
	}
}

// Steps meet what Met counts, over whole epochs and over a given number of steps, which repeats epochs or cuts one.
func TestStepsMeetWhatIsCounted(t *testing.T) {
	var pairs []Pair
	var language []int
	for i := range 10 {
		pairs = append(pairs, Pair{Language: i / 7})
		language = append(language, i/7)
	}
	for _, temperature := range []float64{0, 5} {
		for total, steps := range map[int]int{0: 2 * 3, 1: 1, 3: 3, 8: 8} {
			s, times := Settings{Epochs: 2, BatchPairs: 4, Temperature: temperature, Total: total}, make([]int, len(pairs))
			if s.Steps(len(pairs)) != steps || s.Steps(0) != 0 {
				t.Errorf("%d steps over 10 pairs and %d over none, want %d and 0", s.Steps(len(pairs)), s.Steps(0), steps)
			}
			for step := 1; step <= steps; step++ {
				for _, i := range batchOf(pairs, s, step, 1, "1") {
					times[i]++
				}
			}
			if d := cmp.Diff(times, s.Met(language, 1, "1")); d != "" {
				t.Errorf("at T = %g, %d steps meet otherwise than is counted: %s", temperature, steps, d)
			}
		}
	}
}
