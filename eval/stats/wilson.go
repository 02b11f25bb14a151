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
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	size, share := float64(n), float64(hits)/float64(n)
	middle := (share + z*z/(2*size)) / (1 + z*z/size)
	half := z / (1 + z*z/size) * math.Sqrt(share*(1-share)/size+z*z/(4*size*size))
	return Estimate{
		Mean: share, Low: max(0, middle-half), High: min(1, middle+half),
		SE: math.Sqrt(share * (1 - share) / size), N: n, Clusters: n, Seeds: 1, P: 1,
	}
}
