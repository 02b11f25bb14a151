package stats

import (
	"math"
	"slices"
)

// Sample is one measured value. For a comparison of two arms the value is the difference on one item, so that what the
// item itself contributes cancels.
type Sample struct {
	Seed    uint64  // of the training run behind the value
	Cluster int     // items that rise and fall together, as one fact asked for in ten languages, have one small number (Clustered)
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
// hide the fault. Seeds and clusters are summed in sorted order, not in that of appearance, so that the order of the
// samples matters for nothing but the rounding within a cell.
func sumUp(samples []Sample) (cells, bool) {
	row, rows := seedRows(samples)
	column, columns, low := clusterColumns(samples)
	c := cells{n: len(samples), u: matrix(rows, columns), w: matrix(rows, columns)}
	total := 0.0
	for k, s := range samples {
		w := s.Weight
		if w == 0 {
			w = 1
		}
		i, j := row[k], column[s.Cluster-low]
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

// seedRows is each sample's place among the seeds in their order, and the number of seeds.
func seedRows(samples []Sample) (row []int, rows int) {
	var seeds []uint64
	row = make([]int, len(samples))
	last := -1
	for k, s := range samples {
		if last < 0 || seeds[last] != s.Seed { // many in a row are of one seed
			if last = slices.Index(seeds, s.Seed); last < 0 {
				last = len(seeds)
				seeds = append(seeds, s.Seed)
			}
		}
		row[k] = last
	}
	sorted := slices.Sorted(slices.Values(seeds))
	place := make([]int, len(seeds))
	for i, seed := range seeds {
		place[i], _ = slices.BinarySearch(sorted, seed)
	}
	for k, i := range row {
		row[k] = place[i]
	}
	return row, len(seeds)
}

// clusterColumns is the place of each cluster, less low, among those that there are, in their order, and how many these are.
func clusterColumns(samples []Sample) (column []int, columns, low int) {
	if len(samples) == 0 {
		return nil, 0, 0
	}
	low, high := samples[0].Cluster, samples[0].Cluster
	for _, s := range samples {
		low, high = min(low, s.Cluster), max(high, s.Cluster)
	}
	column = make([]int, high-low+1)
	for _, s := range samples {
		column[s.Cluster-low] = 1
	}
	for j, there := range column {
		column[j] = columns
		columns += there
	}
	return column, columns, low
}

// Clustered gives samples the numbers of their clusters, one name for each sample, in the order of the names.
func Clustered(samples []Sample, names []string) []Sample {
	at := map[string]int{}
	for i, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		at[name] = i
	}
	for i, name := range names {
		samples[i].Cluster = at[name]
	}
	return samples
}

func matrix(rows, columns int) [][]float64 {
	flat := make([]float64, rows*columns)
	m := make([][]float64, rows)
	for i := range m {
		m[i] = flat[i*columns : (i+1)*columns]
	}
	return m
}
