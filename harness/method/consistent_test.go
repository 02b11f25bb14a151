package method

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A pair is as good as the worse of its two standings, within its language.
func TestConsistent(t *testing.T) {
	e := Evidence{
		Gap:    []float64{3, 1, 2, 5, 5},
		Margin: []float64{-1, 0, 2, 0.1, 0.3},
		Pairs:  Pairs{Language: []int{0, 0, 0, 1, 1}},
	}
	// of three: standings 1/6, 1/2, 5/6; of two that tie: 1/2
	want := []float64{1.0 / 6, 1.0 / 6, 0.5, 0.25, 0.5}
	if d := cmp.Diff(want, Consistent(e)); d != "" {
		t.Error(d)
	}
	for i := range e.Gap { // another language's scale makes no difference
		if e.Language[i] == 1 {
			e.Gap[i], e.Margin[i] = 100*e.Gap[i]+7, 0.01*e.Margin[i]-9
		}
	}
	if d := cmp.Diff(want, Consistent(e)); d != "" {
		t.Error(d)
	}
}
