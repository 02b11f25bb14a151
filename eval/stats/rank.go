package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
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

// SpearmanBootstrap is Spearman's correlation with a percentile interval over replicates that draw couples of values with
// replacement. A draw in which a side is constant says nothing and is left out. Seeds and clusters are one: the interval
// speaks of other couples like these. The estimate has N = 0 where the correlation is undefined.
func SpearmanBootstrap(x, y []float64, stream *rand.Rand, replicates int, level float64) Estimate {
	rho, ok := Spearman(x, y)
	if !ok {
		return Estimate{P: 1}
	}
	e := Estimate{Mean: rho, N: len(x), Clusters: len(x), Seeds: 1, P: 1}
	drawn := make([]float64, 0, replicates)
	a, b := make([]float64, len(x)), make([]float64, len(x))
	for range replicates {
		for i := range a {
			k := stream.IntN(len(x))
			a[i], b[i] = x[k], y[k]
		}
		if r, ok := Spearman(a, b); ok {
			drawn = append(drawn, r)
		}
	}
	if len(drawn) < 2 {
		return e.unbounded()
	}
	slices.Sort(drawn)
	e.SE = stat.StdDev(drawn, nil)
	e.Low, e.High = quantile(drawn, (1-level)/2), quantile(drawn, (1+level)/2)
	return e
}

// AUROC is the chance that a value drawn from positive lies above one drawn from negative, ties counting half. It is
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
