package method

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Five answers in one language lie at 1/10, 3/10, ..., 9/10 of it, two equal ones of four in the other share the middle of
// their places. A language whose perplexities are all higher has the same scores.
func TestPerplexityBand(t *testing.T) {
	ppl := func(list ...float64) (logp []float64) {
		for _, x := range list {
			logp = append(logp, -math.Log(x))
		}
		return logp
	}
	for _, scale := range []float64{1, 100} {
		chosen := append(ppl(3, 1, 2, 9, 4), ppl(5*scale, 2*scale, 2*scale, scale)...)
		got := PerplexityBand(Evidence{Chosen: chosen, Pairs: Pairs{Language: []int{0, 0, 0, 0, 0, 1, 1, 1, 1}}})
		want := []float64{0, -0.8, -0.4, -0.8, -0.4, -0.75, 0, 0, -0.75}
		if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); d != "" {
			t.Errorf("scale %g: %s", scale, d)
		}
	}
}

// The ratio of the perplexities: 2 behind the instruction and 8 behind none is a quarter. Above 1 a pair is set aside, at 1
// it is not.
func TestIFD(t *testing.T) {
	ln := math.Log
	got := IFD(Evidence{Chosen: []float64{-ln(2), -ln(8), -ln(5), -ln(9)}, Unprompted: []float64{-ln(8), -ln(2), -ln(5), -ln(10)}})
	if d := cmp.Diff([]float64{0.25, math.NaN(), 1, 0.9}, got, cmpopts.EquateApprox(0, 1e-12), cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
}
