package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// MinimumDetectable is the true difference that a study with e's standard error and interval would detect with the given
// power (0.8 says: in four of five repetitions). It is half the interval, which a mean has to exceed in order to count
// as detected, plus the normal quantile of the power times the standard error; for many clusters and no seed effect
// that is the usual (1.96 + 0.84) SE. Zero when e has no interval.
func MinimumDetectable(e Estimate, power float64) float64 {
	if !e.Bounded() {
		return 0
	}
	return (e.High-e.Low)/2 + distuv.UnitNormal.Quantile(power)*e.SE
}

// Components are the variances that the mean of crossed samples is made of (see [Mean]): of what a training run adds to all items, of what a
// cluster adds in all runs, and of the rest, which is of a cluster in a run. Negative estimates are zero.
type Components struct {
	Seed, Cluster, Rest float64
	Seeds, Clusters     int // of the samples that they were estimated from
}

// ComponentsOf splits the variance of samples. It is false where they cannot be split: without two seeds and two clusters.
func ComponentsOf(samples []Sample) (Components, bool) {
	cells, ok := sumUp(samples)
	if !ok || len(cells.u) < 2 || len(cells.u[0]) < 2 {
		return Components{}, false
	}
	v := cells.variance()
	c := Components{
		Seed: v.seeds * max(0, v.s-v.sc), Cluster: v.columns * max(0, v.c-v.sc), Rest: v.seeds * v.columns * v.sc,
		Seeds: len(cells.u), Clusters: len(cells.u[0]),
	}
	return c, !math.IsNaN(v.se()) && !math.IsInf(v.se(), 0)
}

// Cautious are the components with the seeds' part at its upper 80 % limit, which is what planning from a pilot should take (Browne 1995,
// Statistics in Medicine 14:1933): of three seeds, 4.5 times the estimate of their variance.
func (c Components) Cautious() Components {
	df := float64(c.Seeds - 1)
	rest := c.Rest / float64(c.Clusters)
	c.Seed = (c.Seed+rest)*df/distuv.ChiSquared{K: df}.Quantile(0.2) - rest
	return c
}

// Design is a study to come: half widths of its 95 % intervals, all equally likely, and the standard deviation of its mean.
type Design struct {
	halves []float64
	sd     float64
}

// runs and clusters of the midpoint rule over the chi-squared distributions of Design.
const (
	seedPoints    = 100
	clusterPoints = 5
)

// Study is what a study of so many seeds and clusters can expect, two of each at least. The interval's parts (see [Mean]) are scaled
// chi-squared variables, independent of the mean:
//
//	Vs  = (s²/S + r²/SC) χ²(S-1)/(S-1),  Vc = (c²/C + r²/SC) χ²(C-1)/(C-1),  Vsc = r²/SC
//
// so with no variance of clusters a study detects as the t test of S seeds does, whose power is that of the noncentral t distribution.
func (c Components) Study(seeds, clusters int) Design {
	s, k := float64(seeds), float64(clusters)
	rest := c.Rest / (s * k)
	d := Design{sd: math.Sqrt(c.Seed/s + c.Cluster/k + rest)}
	v := parts{sc: rest, seeds: s, columns: k}
	tSeeds, tClusters := student(0.05, s-1), student(0.05, k-1)
	byCluster := make([]float64, clusterPoints)
	for i := range byCluster {
		byCluster[i] = scaled(k-1, i, clusterPoints)
	}
	for i := range seedPoints {
		v.s = (c.Seed/s + rest) * scaled(s-1, i, seedPoints)
		for _, x := range byCluster {
			v.c = (c.Cluster/k + rest) * x
			d.halves = append(d.halves, v.combine(tSeeds, tClusters))
		}
	}
	return d
}

// scaled is the midpoint of the i-th of n equally likely parts of a chi-squared variable over its degrees of freedom.
func scaled(df float64, i, n int) float64 {
	return distuv.ChiSquared{K: df}.Quantile((float64(i)+0.5)/float64(n)) / df
}

// Power is the chance that the 95 % interval excludes zero if this is the true difference.
func (d Design) Power(difference float64) float64 {
	if d.sd == 0 {
		if difference == 0 {
			return 0
		}
		return 1
	}
	sum := 0.0
	for _, half := range d.halves {
		sum += distuv.UnitNormal.CDF((difference-half)/d.sd) + distuv.UnitNormal.CDF((-difference-half)/d.sd)
	}
	return sum / float64(len(d.halves))
}

// Detectable is the smallest true difference that is detected with the power.
func (d Design) Detectable(power float64) float64 {
	if d.sd == 0 {
		return 0
	}
	low, high := 0.0, d.sd
	for d.Power(high) < power {
		low, high = high, 2*high
	}
	for range 24 {
		middle := (low + high) / 2
		if d.Power(middle) < power {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}
