package train

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
)

// The loss of a step is the weighted mean: a pair of the weight 1 counts as it does without weights, to the last bit; a pair that weighs
// twice what the others do is as good as two of it, with and without surgery.
func TestWeightedMean(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		of := func(weight float64, language, i int) Pair {
			p := somePairs()[i]
			p.Weight, p.Language = weight, language
			return p
		}
		for _, operated := range []bool{false, true} {
			run := func(pairs ...Pair) (Step, *model.Weights) {
				s := smooth()
				s.BatchPairs = 6
				if operated {
					s.Surgery = &Surgery{Aggregator: find(t, "pcgrad_fixed"), Languages: 2}
				}
				steps, w := trained(t, e, pairs, s)
				return steps[len(steps)-1], w
			}
			_, plain := run(of(0, 0, 0), of(0, 1, 1), of(0, 1, 2))
			_, ones := run(of(1, 0, 0), of(1, 1, 1), of(1, 1, 2))
			if plain.Hash() != ones.Hash() {
				t.Errorf("surgery %v: a weight of 1 changes the bits", operated)
			}
			want, twice := run(of(1, 0, 0), of(1, 0, 0), of(1, 1, 1), of(1, 1, 2))
			got, weighted := run(of(1, 0, 0), of(0.5, 1, 1), of(0.5, 1, 2))
			if d := differ(twice, weighted); d > 1e-6 || d >= differ(plain, weighted)/10 {
				t.Errorf("surgery %v: a pair that weighs two is not as good as two: weights differ by %g", operated, d)
			}
			for what, pair := range map[string][2]float64{"loss": {got.Loss, want.Loss}, "margin": {got.Margin, want.Margin}, "norm": {got.GradNorm, want.GradNorm}, "accuracy": {got.Accuracy, want.Accuracy}} {
				if math.Abs(pair[0]-pair[1]) > 1e-5 {
					t.Errorf("surgery %v: the %s is %g, want %g", operated, what, pair[0], pair[1])
				}
			}
		}
	})
}
