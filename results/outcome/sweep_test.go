package outcome

import (
	"math"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// Points are in the order of their values, each with the plain mean of the differences to joint on the same prompts.
func TestSwept(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Sweeps = []record.Sweep{{Key: "keep.share", Arms: []string{"random", "congrad"}, Values: []float64{0.5, 0.25}}}
	sweeps := study(t, set).Swept("keep.share")
	if len(sweeps) != 1 || len(sweeps[0].Points) != 2 || sweeps[0].Points[0].Arm != "congrad" || sweeps[0].Points[1].Value != 0.5 {
		t.Fatalf("got %+v", sweeps)
	}
	joint, sum, n := map[string]float64{}, 0.0, 0
	at := func(e record.Evaluation) string { return string(rune(e.Seed)) + e.Lang + e.Prompt }
	for _, e := range set.Evaluations {
		if e.Arm == "joint" {
			joint[at(e)] = e.Win
		}
	}
	for _, e := range set.Evaluations {
		if e.Arm == "congrad" && (e.Lang == "en" || e.Lang == "ar" || e.Lang == "ja") {
			sum += e.Win - joint[at(e)]
			n++
		}
	}
	if e := sweeps[0].Points[0].Minus["seen"]; e.N != n || math.Abs(e.Mean-sum/float64(n)) > 1e-12 {
		t.Errorf("seen: got %g of %d, want %g of %d", e.Mean, e.N, sum/float64(n), n)
	}
	if len(study(t, set).Swept("congrad.sketch_rank")) != 0 {
		t.Error("a sweep over another setting")
	}
}
