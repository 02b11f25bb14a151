package method

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// The score is that of the gradients themselves with the own language's, and no other language enters it.
func TestOwnLanguage(t *testing.T) {
	r := rng.Stream(1, "own language")
	x := newKnown(r, 13, 4, func() float64 { return 0.5 + r.Float64() })
	eachScoring(func(s Scoring) {
		for i, got := range OwnLanguage(x.evidence(s, nil)) {
			without := -1
			if s.LeaveOneOut {
				without = i
			}
			if want := x.similarity(i, x.means(without).RawRowView(x.Language[i]), s.Dot); math.Abs(got-want) > 1e-9 {
				t.Errorf("%+v: pair %d scores %g, by its gradient %g", s, i, got, want)
			}
		}
	})
}
