package method

import (
	"math"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// For two gradients the projection off the one that conflicts is the projection onto the cone, so PCGrad is UPGrad: here
// both as the mean, in TorchJD's tests both as the sum.
func TestUPGradOfTwoIsPCGrad(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		if g.SymmetricDim() != 2 {
			return
		}
		up, pc := UPGrad{}.Weights(g, nil).Weights, PCGrad{}.Weights(g, rng.Stream(1, "order")).Weights
		if apart(direction(j, up), direction(j, pc), reach(j, pc)) {
			t.Errorf("weights %v, PCGrad's are %v", up, pc)
		}
	})
}

// p is the projection of v onto a cone if it lies in it, v - p is at right angles to it, and v - p points away from all of
// the cone: it is a combination, with coefficients of zero or less, of the gradients (Moreau).
func TestLiftProjectsOntoTheDualCone(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		unit, lengths := Unit(g)
		u := make([]float64, len(lengths))
		r := rng.Stream(1, "to project")
		for i := range u {
			u[i] = r.NormFloat64()
		}
		x := lift(unit, u)
		p := append([]float64(nil), u...)
		floats.Add(p, x)
		scale, between := floats.Norm(p, 1), 0.0
		for i := range p {
			if x[i] < 0 {
				t.Errorf("coefficient %d falls by %g", i, -x[i])
			}
			along := inner(unit, i, p)
			if along < -tolerance*scale {
				t.Errorf("the projection points against gradient %d: %g", i, along)
			}
			between += x[i] * along
		}
		if math.Abs(between) > tolerance*scale*scale {
			t.Errorf("<p - v, p> = %g", between)
		}
	})
}

// UPGrad is the mean of the projections of each gradient, computed from their definition.
func TestUPGradIsTheMeanOfProjections(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		unit, lengths := Unit(g)
		k := len(lengths)
		want := make([]float64, j.RawMatrix().Cols)
		for i := range k {
			one := make([]float64, k)
			one[i] = 1
			coefficients := lift(unit, one)
			coefficients[i]++
			for a := range coefficients {
				if lengths[a] > 0 {
					floats.AddScaled(want, lengths[i]*coefficients[a]/lengths[a]/float64(k), j.RawRowView(a))
				}
			}
		}
		w := UPGrad{}.Weights(g, nil).Weights
		if apart(direction(j, w), want, reach(j, w)) {
			t.Errorf("consensus %v, the mean of projections is %v", direction(j, w), want)
		}
	})
}
