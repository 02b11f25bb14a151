package method

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	// rounding is what a sum of inner products may be off by, relative to its terms.
	rounding = 1e-14
	// ridge is added to the diagonal (1) of a Gram matrix of directions before it is inverted: gradients may depend on each
	// other, and then rounding can make an eigenvalue negative, by about 1e-15 K. Where several sets of coefficients give
	// one vector it leans towards the smallest; no more than leans, and only the vector is certain.
	ridge = 1e-12
)

// nonNegative returns the x ≥ 0 [n] that minimises ½ xᵀQx + qᵀx, for a positive semi-definite Q [n, n] whose diagonal is of
// order 1: the x with Qx + q ≥ 0 where x = 0, and Qx + q = 0 where x > 0.
//
// This is the active-set method of Lawson & Hanson (1974, chapter 23) on inner products (Bro & de Jong 1997). It is written
// out here because gonum has no quadratic programming (its issue 354), the solvers for general problems that there are
// iterate towards a tolerance, and for twenty variables this one is short and ends at the solution, so that no step size
// becomes part of a method's definition.
func nonNegative(quad *mat.SymDense, linear []float64) []float64 {
	n := len(linear)
	x, free, barred := make([]float64, n), make([]bool, n), make([]bool, n)
	for range 20 * (n + 1) { // a few n in practice; the bound is for rounding that goes in circles
		enter := steepest(quad, linear, x, free, barred)
		if enter < 0 {
			break
		}
		free[enter] = true
		target, ok := stationary(quad, linear, free)
		if !ok || target[enter] <= 0 {
			free[enter], barred[enter] = false, true // rounding: it cannot move the way its slope says
			continue
		}
		clear(barred)
		for ok && !advance(x, target, free) {
			target, ok = stationary(quad, linear, free)
		}
	}
	return x
}

// steepest is the variable at zero along which the objective falls most, -1 where it falls along none.
func steepest(quad *mat.SymDense, linear, x []float64, free, barred []bool) int {
	enter, lowest := -1, 0.0
	for j := range x {
		if free[j] || barred[j] {
			continue
		}
		slope, terms := linear[j], math.Abs(linear[j])
		for l, xl := range x {
			slope += quad.At(j, l) * xl
			terms += math.Abs(quad.At(j, l) * xl)
		}
		if slope < -rounding*terms && slope < lowest {
			enter, lowest = j, slope
		}
	}
	return enter
}

// stationary solves Q x = -q over the free variables, the others being zero; false where Q is not positive definite there.
func stationary(quad *mat.SymDense, linear []float64, free []bool) ([]float64, bool) {
	var index []int
	for j, f := range free {
		if f {
			index = append(index, j)
		}
	}
	x := make([]float64, len(free))
	if len(index) == 0 {
		return x, true
	}
	part, right := mat.NewSymDense(len(index), nil), mat.NewVecDense(len(index), nil)
	for a, i := range index {
		right.SetVec(a, -linear[i])
		for b, j := range index[a:] {
			part.SetSym(a, a+b, quad.At(i, j))
		}
		part.SetSym(a, a, part.At(a, a)+ridge)
	}
	var root mat.Cholesky
	if !root.Factorize(part) {
		return nil, false
	}
	var solution mat.VecDense
	if err := root.SolveVecTo(&solution, right); err != nil {
		if _, warned := err.(mat.Condition); !warned { // the ridge is there because the condition is bad
			return nil, false
		}
	}
	for a, i := range index {
		x[i] = solution.AtVec(a)
	}
	return x, true
}

// advance moves x towards the target as far as it stays non-negative and reports whether it arrived. A variable that
// stopped it is free no more.
func advance(x, target []float64, free []bool) bool {
	room := func(j int) float64 { // the part of the way that variable j can go
		switch {
		case !free[j] || target[j] > 0:
			return 1
		case x[j] <= 0:
			return 0
		}
		return x[j] / (x[j] - target[j])
	}
	step := 1.0
	for j := range x {
		step = min(step, room(j))
	}
	arrived := true
	for j := range x {
		if !free[j] {
			continue
		}
		if target[j] <= 0 && room(j) <= step {
			x[j], free[j], arrived = 0, false, false
			continue
		}
		x[j] = max(0, x[j]+step*(target[j]-x[j]))
	}
	return arrived
}
