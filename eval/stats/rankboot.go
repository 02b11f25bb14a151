package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Ranked are values in pairs, X[i] with Y[i], of one study.
type Ranked struct{ X, Y []float64 }

// RankBootstrap is the mean over studies of Spearman's correlation within each (Spearman), with a percentile bootstrap interval: each
// replicate draws as many pairs of each study, with replacement. The interval is for other pairs in these studies and says nothing about
// other studies. P is two-sided, of the hypothesis that the mean is zero, and at least 2/(replicates+1); N and Clusters count the pairs.
//
// N is 0 if the correlation is undefined in a study, and there is no interval for fewer than five pairs in one: a drawn sample of so few
// is constant too often. A replicate that is constant in a study draws that study again. Replicates below 1 give no interval.
func RankBootstrap(studies []Ranked, stream *rand.Rand, replicates int, level float64) Estimate {
	e := Estimate{P: 1, Seeds: len(studies)}
	fewest, list := math.MaxInt, make([]resampler, len(studies))
	for i, s := range studies {
		rho, ok := Spearman(s.X, s.Y)
		if !ok {
			return Estimate{P: 1}
		}
		e.Mean += rho / float64(len(studies))
		e.N += len(s.X)
		fewest, list[i] = min(fewest, len(s.X)), newResampler(s)
	}
	e.Clusters = e.N
	if e.Low, e.High = e.Mean, e.Mean; e.N == 0 || fewest < 5 || replicates < 1 {
		return e.unbounded()
	}
	means := make([]float64, replicates)
	for b := range means {
		for _, r := range list {
			means[b] += r.draw(stream) / float64(len(list))
		}
	}
	return e.percentiles(means, level)
}

// resampler draws samples of pairs and finds their rank correlation without sorting: a draw changes how often a value is there, not
// where it is in the order.
type resampler struct {
	order [2][]int // of X and Y, ascending
	tied  [2][]bool
	times []int
	rank  [2][]float64
}

func newResampler(s Ranked) resampler {
	n := len(s.X)
	r := resampler{times: make([]int, n)}
	for side, values := range [2][]float64{s.X, s.Y} {
		r.order[side], r.tied[side], r.rank[side] = make([]int, n), make([]bool, n), make([]float64, n)
		for i := range n {
			r.order[side][i] = i
		}
		slices.SortStableFunc(r.order[side], func(a, b int) int { return cmp.Compare(values[a], values[b]) })
		for k := 1; k < n; k++ { // whether the k-th value is that before it
			r.tied[side][k] = values[r.order[side][k]] == values[r.order[side][k-1]]
		}
	}
	return r
}

// draw is the rank correlation of a sample with replacement; of the pairs as they are after a hundred constant samples.
func (r resampler) draw(stream *rand.Rand) float64 {
	for range 100 {
		clear(r.times)
		for range r.times {
			r.times[stream.IntN(len(r.times))]++
		}
		if rho, ok := r.correlation(); ok {
			return rho
		}
	}
	for i := range r.times {
		r.times[i] = 1
	}
	rho, _ := r.correlation()
	return rho
}

// correlation is that of the ranks of the drawn values, tied ones sharing their mean.
func (r resampler) correlation() (rho float64, ok bool) {
	n := len(r.times)
	for side, order := range r.order {
		before := 0
		for from := 0; from < n; {
			to, here := from, 0
			for ; to < n && (to == from || r.tied[side][to]); to++ {
				here += r.times[order[to]]
			}
			for _, i := range order[from:to] {
				r.rank[side][i] = float64(before) + float64(here+1)/2
			}
			before, from = before+here, to
		}
	}
	middle := float64(n+1) / 2
	var xy, xx, yy float64
	for i, t := range r.times {
		dx, dy := r.rank[0][i]-middle, r.rank[1][i]-middle
		xy += float64(t) * dx * dy
		xx += float64(t) * dx * dx
		yy += float64(t) * dy * dy
	}
	if xx == 0 || yy == 0 {
		return 0, false
	}
	return max(-1, min(1, xy/math.Sqrt(xx*yy))), true
}
