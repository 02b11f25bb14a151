package outcome

import (
	"testing"

	"congrad/eval/stats"
	"congrad/harness/rng"
)

// Of arms that differ by chance alone the better one is no better; of arms that do differ it is the better one.
func TestBetter(t *testing.T) {
	r := rng.Stream(1, "better")
	mean := func(shift float64) (taken, best float64) {
		const languages, clusters = 2000, 40
		for range languages {
			list, sum := make([]stats.Sample, clusters), 0.0
			for i := range list {
				list[i] = stats.Sample{Cluster: i, Value: shift + r.NormFloat64(), Weight: 1}
				sum += list[i].Value
			}
			best += max(0, sum) / clusters / languages
			for _, x := range better(list) {
				taken += x.Value / clusters / languages
			}
		}
		return taken, best
	}
	if taken, best := mean(0); taken > 0.01 || taken < -0.01 || best < 0.05 {
		t.Errorf("by chance alone the better arm gains %.3f; chosen on what it is counted on, %.3f", taken, best)
	}
	if taken, _ := mean(2); taken < 1.98 || taken > 2.02 {
		t.Errorf("an arm that is better by 2 gains %.3f", taken)
	}
	if taken, _ := mean(-2); taken != 0 {
		t.Errorf("an arm that is worse gains %.3f", taken)
	}
}
