package method

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Language 0 keeps one of four pairs, so that three fade in quarters; language 1 keeps one of two, and one is set aside.
func TestFade(t *testing.T) {
	none := math.NaN()
	language, scores := []int{0, 1, 0, 0, 0, 1, 1}, []float64{0.1, 5, 0.9, 0.3, 0.2, none, 6}
	choices := Keep{Share: 0.3, Threshold: none}.Choose(language, scores)
	if d := cmp.Diff([]float64{0.25, 0.5, 0, 0.75, 0.5, 0, 0}, Fade(language, false, choices), cmpopts.EquateApprox(0, 1e-15)); d != "" {
		t.Error(d)
	}
	choices = Keep{Share: 0.3, Threshold: none, Global: true}.Choose(language, scores)
	if d := cmp.Diff([]float64{0.2, 0, 0.8, 0.6, 0.4, 0, 0}, Fade(language, true, choices), cmpopts.EquateApprox(0, 1e-15)); d != "" {
		t.Error(d)
	}
}
