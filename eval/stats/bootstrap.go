package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Bootstrap estimates the mean of crossed samples with a percentile interval. Each replicate draws seeds, and clusters
// once for all seeds, with replacement (the pigeonhole bootstrap: Owen 2007, Annals of Applied Statistics 1:386).
//
// It is a check on Mean that assumes no distribution, not its replacement: three seeds show the bootstrap only two
// thirds of their variance and it knows no t quantile, so it covers too little once seeds differ (see the package
// comment). replicates below 1 give no interval.
func Bootstrap(samples []Sample, stream *rand.Rand, replicates int, level float64) Estimate {
	c, ok := sumUp(samples)
	if !ok {
		return Estimate{P: 1}
	}
	e := Estimate{Mean: c.mean, Low: c.mean, High: c.mean, N: c.n, Seeds: len(c.u), Clusters: len(c.u[0]), P: 1}
	if !e.Bounded() || replicates < 1 {
		return e.unbounded()
	}
	means, times := make([]float64, replicates), make([]float64, e.Clusters)
	even := c.even()
	for b := range means {
		means[b] = c.resampled(stream, times, even)
	}
	if e = e.percentiles(means, level); math.IsInf(e.SE, 0) {
		return e.unbounded()
	}
	return e
}

// percentiles enters interval, standard error and P from the replicates' means.
func (e Estimate) percentiles(means []float64, level float64) Estimate {
	slices.Sort(means)
	below, above, sum := 1, 1, 0.0 // the observed sample counts as one replicate, so P is never zero
	for _, m := range means {
		sum += (m - e.Mean) * (m - e.Mean)
		if m <= 0 {
			below++
		}
		if m >= 0 {
			above++
		}
	}
	e.SE = math.Sqrt(sum / float64(len(means)))
	e.Low, e.High = quantile(means, (1-level)/2), quantile(means, (1+level)/2)
	e.P = min(1, 2*float64(min(below, above))/float64(len(means)+1))
	return e
}

// resampled is the mean of one replicate. Where seeds have different items a draw may hold none; it is drawn again, and
// after some tries the mean itself is used.
// times is scratch for the number of times that each cluster is drawn. even is the weight of any replicate, if all have the same.
func (c cells) resampled(stream *rand.Rand, times []float64, even float64) float64 {
	rows, columns := len(c.u), len(c.u[0])
	for range 100 {
		clear(times)
		for range columns {
			times[stream.IntN(columns)]++
		}
		sum, weight := 0.0, even
		for range rows {
			i := stream.IntN(rows)
			u, w := c.u[i][:len(times)], c.w[i][:len(times)]
			for j, t := range times {
				sum += t * u[j]
			}
			if even > 0 {
				continue
			}
			for j, t := range times {
				weight += t * w[j]
			}
		}
		if weight > 0 {
			return c.mean + sum/weight
		}
	}
	return c.mean
}

// even is the weight of any replicate where all cells have one weight, a whole number, whose sums are exact in any order; zero else.
func (c cells) even() float64 {
	one := c.w[0][0]
	for _, row := range c.w {
		for _, w := range row {
			if w != one {
				return 0
			}
		}
	}
	if all := one * float64(len(c.w)*len(c.w[0])); one == math.Trunc(one) && all < 1<<53 {
		return all
	}
	return 0
}

// quantile interpolates between the order statistics of sorted values (Hyndman and Fan's type 7).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := min(max(int(at), 0), len(sorted)-1)
	next := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[next]-sorted[i])
}
