package stats

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// The interval covers the rank correlation of normal pairs, which is 6/π·asin(ρ/2), about as often as it says.
func TestSpearmanIntervalCovers(t *testing.T) {
	const couples, studies = 100, 2000
	for _, rho := range []float64{0, 0.5, 0.95} {
		truth := 6 / math.Pi * math.Asin(rho/2)
		r := rng.Stream(1, "couples")
		x, y := make([]float64, couples), make([]float64, couples)
		covered := 0
		for range studies {
			for i := range x {
				x[i] = r.NormFloat64()
				y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*r.NormFloat64()
			}
			if e := SpearmanInterval(x, y, 0.95); e.Low <= truth && truth <= e.High {
				covered++
			}
		}
		if share := float64(covered) / studies; share < 0.92 || share > 0.97 {
			t.Errorf("correlation %g: the interval covers in %.3f of the studies", rho, share)
		}
	}
}

func TestSpearmanIntervalAtItsEnds(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	if e := SpearmanInterval(x, x, 0.95); e.Mean != 1 || e.Low != 1 || e.High != 1 || !e.Bounded() {
		t.Errorf("full agreement: %+v", e)
	}
	if e := SpearmanInterval(x[:4], x[:4], 0.95); e.Bounded() || e.N != 4 {
		t.Errorf("four pairs: %+v", e)
	}
	if e := SpearmanInterval(x, make([]float64, 6), 0.95); e.N != 0 {
		t.Errorf("no correlation is defined: %+v", e)
	}
}
