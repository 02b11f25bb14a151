package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Wilson estimates a share from hits out of n independent trials with the score interval (Wilson 1927), which stays
// within [0, 1] and keeps a width when hits is 0 or n. P is left at 1: a share of zero is no hypothesis.
func Wilson(hits, n int, level float64) Estimate {
	if n <= 0 || hits < 0 || hits > n {
		return Estimate{P: 1}
	}
	e := Estimate{Mean: float64(hits) / float64(n), N: n, Clusters: n, Seeds: 1, P: 1}
	return e.scored(n, level)
}

// Share estimates the share of ones among samples of zero and one that come in clusters. It is Wilson's interval with
// clusters in the place of trials, as if a cluster's samples, of all seeds, were one: right where they are alike, as those of
// a rare fault may be, and too wide where they are not. Mean's interval has no width where no sample, or every one, is one.
// Weights are not read.
func Share(samples []Sample, level float64) Estimate {
	hits := 0
	for _, s := range samples {
		if s.Value != 0 {
			hits++
		}
	}
	if len(samples) == 0 {
		return Estimate{P: 1}
	}
	_, seeds := seedRows(samples)
	_, clusters, _ := clusterColumns(samples)
	e := Estimate{Mean: float64(hits) / float64(len(samples)), N: len(samples), Clusters: clusters, Seeds: seeds, P: 1}
	return e.scored(clusters, level)
}

// scored gives a share the score interval of n trials.
func (e Estimate) scored(n int, level float64) Estimate {
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	size, share := float64(n), e.Mean
	middle := (share + z*z/(2*size)) / (1 + z*z/size)
	half := z / (1 + z*z/size) * math.Sqrt(share*(1-share)/size+z*z/(4*size*size))
	e.Low, e.High = max(0, middle-half), min(1, middle+half)
	e.SE = math.Sqrt(share * (1 - share) / size)
	return e
}
