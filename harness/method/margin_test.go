package method

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The signs stay: a pair that the policy orders against the judge is harder than one that it cannot order.
func TestMargins(t *testing.T) {
	e := Evidence{Gap: []float64{0.5, 3, 1}, Margin: []float64{0.2, -0.7, 0}}
	if d := cmp.Diff([]float64{0.5, 3, 1}, RewardMargin(e)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]float64{0.2, -0.7, 0}, ImplicitMarginHigh(e)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]float64{-0.2, 0.7, 0}, ImplicitMarginLow(e)); d != "" {
		t.Error(d)
	}
}
