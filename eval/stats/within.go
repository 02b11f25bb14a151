package stats

import "math"

// equal is how close values are that count as one: they are quotients.
const equal = 1e-9

// MeanWithin is [Mean] of values that cannot leave [low, high], such as wins (0 to 1) or differences of wins (-1 to 1). If all values are
// equal, Mean's interval has no width, as if no other item could come out otherwise. Here it is the exact one of clusters as trials: if a
// share w of clusters could come out otherwise, all C agree with probability (1 - w)^C, which is one minus the level for w = 1 - (1 - level)^(1/C);
// and these clusters are at worst at an end, all items and seeds of them,
//
//	[v - w (v - low), v + w (high - v)].
//
// It misses only on the side where the truth is, so one tail has all of the error: 6 of 6 clusters give [0.607, 1], 200 differences of 0 give
// ±0.0149. It cannot be narrower without assuming how many items of a cluster change together, of which values that agree say nothing. With
// one to nine clusters that differ, Mean's interval remains; it covers about nine in ten then (TestCoverageWhereFewDiffer).
func MeanWithin(samples []Sample, low, high, level float64) Estimate {
	e := Mean(samples, level)
	if !e.Bounded() || math.IsInf(high-low, 0) {
		return e
	}
	for _, s := range samples {
		if math.Abs(s.Value-e.Mean) > equal {
			return e
		}
	}
	w := 1 - math.Pow(1-level, 1/float64(e.Clusters))
	e.Low, e.High = e.Mean-w*(e.Mean-low), e.Mean+w*(high-e.Mean)
	return e
}
