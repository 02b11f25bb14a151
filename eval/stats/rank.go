package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Spearman is the correlation of the ranks of x and y; tied values share their mean rank. It is false when the
// correlation is undefined: lengths differ, fewer than two values, one side constant, or a value that is NaN.
func Spearman(x, y []float64) (rho float64, ok bool) {
	if len(x) != len(y) || len(x) < 2 {
		return 0, false
	}
	a, okA := ranks(x)
	b, okB := ranks(y)
	if !okA || !okB {
		return 0, false
	}
	middle := float64(len(x)+1) / 2
	var xy, xx, yy float64
	for i := range a {
		dx, dy := a[i]-middle, b[i]-middle
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	if xx == 0 || yy == 0 {
		return 0, false
	}
	return max(-1, min(1, xy/math.Sqrt(xx*yy))), true
}

// SpearmanInterval is Spearman's correlation of pairs of values with an interval for other pairs like these, by Fisher's
// transformation with Bonett and Wright's standard error (2000, Psychometrika 65:23): atanh(rho) has the variance
// (1 + rho²/2)/(n - 3). It treats the pairs as independent. The estimate has N = 0 where the correlation is undefined, and no
// interval for fewer than five pairs.
func SpearmanInterval(x, y []float64, level float64) Estimate {
	rho, ok := Spearman(x, y)
	if !ok {
		return Estimate{P: 1}
	}
	e := Estimate{Mean: rho, N: len(x), Clusters: len(x), Seeds: 1, P: 1}
	if len(x) < 5 {
		return e.unbounded()
	}
	se := math.Sqrt((1 + rho*rho/2) / float64(len(x)-3))
	half := distuv.UnitNormal.Quantile((1+level)/2) * se
	e.SE = (1 - rho*rho) * se
	e.Low, e.High = math.Tanh(math.Atanh(rho)-half), math.Tanh(math.Atanh(rho)+half)
	if e.SE > 0 { // else every pair agrees
		e.P = 2 * distuv.UnitNormal.Survival(math.Abs(math.Atanh(rho))/se)
	} else {
		e.P = 0
	}
	return e
}

// AUROC is the chance that a value drawn from positive is above one drawn from negative, ties counting half. It is
// false when a side is empty or holds NaN.
func AUROC(positive, negative []float64) (area float64, ok bool) {
	if len(positive) == 0 || len(negative) == 0 {
		return 0, false
	}
	r, ok := ranks(slices.Concat(positive, negative))
	if !ok {
		return 0, false
	}
	sum := 0.0
	for _, rank := range r[:len(positive)] {
		sum += rank
	}
	n, m := float64(len(positive)), float64(len(negative))
	return (sum - n*(n+1)/2) / (n * m), true
}

// ranks are 1-based; ties share the mean of the ranks that they take up.
func ranks(x []float64) ([]float64, bool) {
	order := make([]int, len(x))
	for i := range order {
		if math.IsNaN(x[i]) {
			return nil, false
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	r := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+1+to) / 2
		}
		from = to
	}
	return r, true
}
