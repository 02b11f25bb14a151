package judge

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// Noise replaces the share of scores that it says, by the judge's whole range, and a larger share the same ones and more.
func TestNoise(t *testing.T) {
	const n = 20000
	for kind, ends := range map[string][2]float64{"reference": {0, 1}, "self": {1, 5}} {
		low, high, sum := math.Inf(1), math.Inf(-1), 0.0
		replaced := map[float64]int{}
		for i := range n {
			r := func() Score {
				return NoiseOf(kind, 0.3).Apply(Score{-7, true}, rng.Stream(uint64(i), "noise"))
			}
			few, more := r(), NoiseOf(kind, 0.6).Apply(Score{}, rng.Stream(uint64(i), "noise"))
			if few != r() {
				t.Fatal("noise is not a function of its stream")
			}
			if few.Value != -7 {
				replaced[0.3]++
				if few != more {
					t.Fatalf("%s: replaced by %v, under more noise by %v", kind, few, more)
				}
			}
			if more.Parsed {
				replaced[0.6]++
				low, high, sum = min(low, more.Value), max(high, more.Value), sum+more.Value
			}
		}
		for share, count := range replaced {
			if got := float64(count) / n; math.Abs(got-share) > 0.015 { // four standard deviations
				t.Errorf("%s: %g of the scores are replaced, want %g", kind, got, share)
			}
		}
		width, mean := ends[1]-ends[0], sum/float64(replaced[0.6])
		if low < ends[0] || high > ends[1] || low > ends[0]+0.01*width || high < ends[1]-0.01*width || math.Abs(mean-(ends[0]+ends[1])/2) > 0.012*width {
			t.Errorf("%s: scores from %g to %g, mean %g, want %v", kind, low, high, mean, ends)
		}
	}
	if s := NoiseOf("self", 0).Apply(Score{}, rng.Stream(1, "noise")); s.Parsed {
		t.Error("without noise a score was replaced")
	}
}
