package stats

import (
	"cmp"
	"math"
	"slices"
)

// Sample is one measured value. For a comparison of two arms the value is the difference on one item, so that what the
// item itself contributes cancels.
type Sample struct {
	Seed    uint64  // of the training run behind the value
	Cluster string  // items that rise and fall together, as one fact asked for in ten languages
	Value   float64 // must be finite
	// Weight is the share of the value in the mean, as the bytes of a passage are for bits per byte. Zero counts as one,
	// so a plain mean need not mention it; it must not be negative.
	Weight float64
}

// Estimate is a mean and what is known about it. N = 0 means that there were no samples; every number is finite in any case.
type Estimate struct {
	Mean, Low, High float64
	SE              float64 // standard error of the mean
	N               int     // samples
	Clusters        int
	Seeds           int     // with one seed, interval and P speak about other items, not about other training runs
	P               float64 // two-sided, of the hypothesis that the mean is zero; meant for differences
}

// Bounded reports whether the samples allow an interval. A single cluster of a single seed has none: Low and High are
// then the mean itself and P is 1.
func (e Estimate) Bounded() bool { return e.N > 0 && (e.Clusters > 1 || e.Seeds > 1) }

// unbounded keeps the mean and claims nothing else: too little data, or numbers too large to square.
func (e Estimate) unbounded() Estimate {
	return Estimate{Mean: e.Mean, Low: e.Mean, High: e.Mean, N: e.N, Seeds: 1, Clusters: 1, P: 1}
}

// Detected reports whether the mean is significantly different from zero at the level (0.95 leaves one false alarm in twenty).
func (e Estimate) Detected(level float64) bool { return e.Bounded() && e.P < 1-level }

// cells are the samples summed up by seed and cluster: all that an interval depends on.
type cells struct {
	n      int
	mean   float64
	weight float64     // of all samples
	u      [][]float64 // [seed][cluster] weighted sum of value minus mean; zero where nothing was measured
	w      [][]float64 // [seed][cluster] weight
}

// sumUp is false for an empty input and for one that holds a value which is not finite: a mean over the rest would
// hide the fault. Seeds and clusters are numbered in sorted order, not in that of appearance, so that the order of the
// samples matters for nothing but the rounding within a cell.
func sumUp(samples []Sample) (cells, bool) {
	seed := number(samples, func(s Sample) uint64 { return s.Seed })
	cluster := number(samples, func(s Sample) string { return s.Cluster })
	c := cells{n: len(samples), u: matrix(len(seed), len(cluster)), w: matrix(len(seed), len(cluster))}
	total := 0.0
	for _, s := range samples {
		w := s.Weight
		if w == 0 {
			w = 1
		}
		i, j := seed[s.Seed], cluster[s.Cluster]
		c.u[i][j] += w * s.Value
		c.w[i][j] += w
		total += w * s.Value
		c.weight += w
	}
	c.mean = total / c.weight
	if c.n == 0 || !(c.weight > 0) || math.IsInf(c.weight, 0) || math.IsNaN(c.mean) || math.IsInf(c.mean, 0) {
		return cells{}, false
	}
	for i := range c.u {
		for j := range c.u[i] {
			c.u[i][j] -= c.w[i][j] * c.mean
		}
	}
	return c, true
}

func number[K cmp.Ordered](samples []Sample, key func(Sample) K) map[K]int {
	at := map[K]int{}
	for _, s := range samples {
		at[key(s)] = 0
	}
	keys := make([]K, 0, len(at))
	for k := range at {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		at[k] = i
	}
	return at
}

func matrix(rows, columns int) [][]float64 {
	flat := make([]float64, rows*columns)
	m := make([][]float64, rows)
	for i := range m {
		m[i] = flat[i*columns : (i+1)*columns]
	}
	return m
}
