package method

import (
	"math"
	"strconv"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// The conditions that make x the solution (Karush, Kuhn, Tucker): x ≥ 0, Qx + q ≥ 0, and one of the two zero everywhere.
// For a convex objective they are also sufficient.
func TestNonNegativeIsTheSolution(t *testing.T) {
	for n := 1; n <= 20; n++ {
		for rank := 1; rank <= n; rank++ {
			name := strconv.Itoa(n) + " of rank " + strconv.Itoa(rank)
			quad, _ := Unit(gramOf(random(n, rank, name)))
			r := rng.Stream(1, "linear", name)
			u, linear := make([]float64, n), make([]float64, n)
			for i := range u {
				u[i] = r.NormFloat64()
			}
			for i := range linear {
				linear[i] = inner(quad, i, u) // in the range of Q, as the objective is bounded from below
			}
			x := nonNegative(quad, linear)
			for i := range x {
				slope := inner(quad, i, x) + linear[i]
				if x[i] < 0 || slope < -1e-9 || x[i]*slope > 1e-9 {
					t.Errorf("%s: x[%d] = %g and the objective's slope is %g there", name, i, x[i], slope)
				}
			}
		}
	}
}

// All 2^n choices of variables that may differ from zero, one of which is the solution's.
func TestNonNegativeIsTheBestChoice(t *testing.T) {
	for n := 1; n <= 6; n++ {
		name := strconv.Itoa(n) + " variables"
		quad, _ := Unit(gramOf(random(n, n+1, name)))
		linear := random(1, n, name+", linear").RawRowView(0)
		objective := func(x []float64) float64 {
			sum := 0.0
			for i, xi := range x {
				sum += xi * (inner(quad, i, x)/2 + linear[i])
			}
			return sum
		}
		best := math.Inf(1)
		for choice := range 1 << n {
			free := make([]bool, n)
			for i := range free {
				free[i] = choice>>i&1 == 1
			}
			x, ok := stationary(quad, linear, free)
			for _, xi := range x {
				ok = ok && xi >= 0
			}
			if ok {
				best = min(best, objective(x))
			}
		}
		if got := objective(nonNegative(quad, linear)); math.Abs(got-best) > 1e-9 {
			t.Errorf("%s: the objective is %.12g, at its least %.12g", name, got, best)
		}
	}
}

// What is no Gram matrix, but for rounding it could be one, does not lead round in circles or astray.
func TestNonNegativeSurvivesRounding(t *testing.T) {
	for n := 2; n <= 20; n++ {
		for _, noise := range []float64{1e-16, 1e-12, 1e-8, 1e-3} {
			r := rng.Stream(uint64(n), "rounding")
			quad, _ := Unit(gramOf(random(n, 2, "rounding "+strconv.Itoa(n))))
			linear := make([]float64, n)
			for i := range n {
				linear[i] = -1
				for j := i + 1; j < n; j++ {
					quad.SetSym(i, j, quad.At(i, j)+noise*r.NormFloat64())
				}
			}
			for i, x := range nonNegative(quad, linear) {
				if !(x >= 0 && x < math.Inf(1)) {
					t.Errorf("%d variables, noise %g: x[%d] = %g", n, noise, i, x)
				}
			}
		}
	}
	var empty mat.SymDense
	if x := nonNegative(&empty, nil); len(x) != 0 {
		t.Errorf("no variables: %v", x)
	}
}
