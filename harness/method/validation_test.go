package method

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// Every third pair is held back: it is not up for selection, and the others score by the mean over the languages of the
// held-back pairs' mean gradients, of which they are no part.
func TestValidation(t *testing.T) {
	r, i := rng.Stream(1, "validation"), 0
	x := newKnown(r, 25, 4, func() float64 { i++; return float64(1 - min(1, i%3)) }) // the only pair of its language is not held back
	v := direction(x.means(-1), []float64{0.25, 0.25, 0.25, 0.25})
	eachScoring(func(s Scoring) {
		held := 0
		for i, got := range Validation(x.evidence(s, nil)) {
			if x.Share[i] > 0 {
				held++
				if !math.IsNaN(got) {
					t.Errorf("%+v: held back, pair %d scores %g", s, i, got)
				}
			} else if want := x.similarity(i, v, s.Dot); math.Abs(got-want) > 1e-9 {
				t.Errorf("%+v: pair %d scores %g, by its gradient %g", s, i, got, want)
			}
		}
		if held != 8 {
			t.Errorf("%d pairs are held back", held)
		}
	})
}
