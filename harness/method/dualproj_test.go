package method

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// V is the projection of the mean: no weight falls below the mean's, and what is added is at right angles to V.
func TestDualProjIsTheProjectionOfTheMean(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		w := DualProj{}.Weights(g, nil).Weights
		v, size := direction(j, w), reach(j, w)
		added := direction(j, Mean{}.Weights(g, nil).Weights)
		floats.SubTo(added, v, added)
		for i, x := range w {
			if x < 1/float64(len(w))-1e-12 {
				t.Errorf("weight %d is %g", i, x)
			}
		}
		if along := floats.Dot(added, v); math.Abs(along) > tolerance*size*size {
			t.Errorf("<V - mean, V> = %g", along)
		}
	})
}

// What the mean serves already is left alone, also where gradients conflict.
func TestDualProjKeepsAFairMean(t *testing.T) {
	j := mat.NewDense(3, 2, []float64{1, 0, -0.2, 1, 1, 1})
	if w := (DualProj{}).Weights(gramOf(j), nil).Weights; !floats.EqualApprox(w, []float64{1. / 3, 1. / 3, 1. / 3}, 1e-12) {
		t.Errorf("weights %v", w)
	}
}
