package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// equal is how close values are that count as one: they are quotients.
const equal = 1e-9

// MeanWithin is [Mean] of values that cannot leave [low, high], such as wins (0 to 1) or differences of wins (-1 to 1). If all values are
// equal, Mean's interval has no width, as if no other item could come out otherwise. Here it is Wilson's (1927) for clusters in the
// place of trials: with none of C clusters different, a share of at most w = z²/(C + z²) is, and these are at worst at an end,
//
//	[v - w (v - low), v + w (high - v)].
//
// For shares that is Share's interval: [0.61, 1] for 6 of 6 clusters.
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
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	w := z * z / (float64(e.Clusters) + z*z)
	e.Low, e.High = e.Mean-w*(e.Mean-low), e.Mean+w*(high-e.Mean)
	return e
}
