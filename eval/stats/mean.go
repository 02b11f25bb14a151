package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Mean estimates the mean over samples that are crossed by seed and cluster: every seed's model meets the same items.
//
// With u the weighted deviations from the mean, summed per seed and cluster, S seeds, C clusters and W the total weight,
// the variance of the mean is put together from
//
//	Vs  = S/(S-1)         Σ over seeds (row sum of u)² / W²                 expects  s²/S + r²/SC
//	Vc  = C/(C-1)         Σ over clusters (column sum of u)² / W²           expects  c²/C + r²/SC
//	Vsc = SC/((S-1)(C-1)) Σ over cells (u - row mean - column mean)² / W²   expects         r²/SC
//
// where s², c² and r² are the variances of seeds, of clusters and of what is left. Vs holds all that differs between
// training runs and deserves the quantile of S-1 degrees of freedom, Vc - Vsc is what the choice of clusters adds:
//
//	half² = t(S-1)² Vs + t(C-1)² max(0, Vc - Vsc),   at least t(C-1)² Vc
//
// The lower bound is the interval that takes the seeds as they are. Without it three seeds that agree by chance would
// give an absurdly narrow one. A cell that was not measured counts with u = 0. When no two seeds share a cluster, Vc and
// Vsc are equal and the t interval over seeds remains, as it should for a nested design.
//
// P inverts the interval: it is one minus the level at which the interval begins to touch zero. It is never below
// 2^(1-C), the least that flipping the signs of C clusters could give (of S seeds if there is one cluster), so that three equal values
// prove nothing.
func Mean(samples []Sample, level float64) Estimate {
	c, ok := sumUp(samples)
	if !ok {
		return Estimate{P: 1}
	}
	e := Estimate{Mean: c.mean, Low: c.mean, High: c.mean, N: c.n, Seeds: len(c.u), Clusters: len(c.u[0]), P: 1}
	v := c.variance()
	e.SE = v.se()
	if !e.Bounded() || math.IsNaN(e.SE) || math.IsInf(e.SE, 0) {
		return e.unbounded()
	}
	half := v.half(1 - level)
	e.Low, e.High = e.Mean-half, e.Mean+half
	e.P = max(v.p(math.Abs(e.Mean)), v.floor())
	return e
}

// parts are the three sums that the variance of a mean is put together from (see Mean).
type parts struct {
	s, c, sc       float64 // Vs, Vc, Vsc; zero with one seed, one cluster, one of either
	seeds, columns float64 // S, C
}

func (c cells) variance() parts {
	rows, columns := len(c.u), len(c.u[0])
	r, k := float64(rows), float64(columns)
	bySeed, byCluster := make([]float64, rows), make([]float64, columns)
	for i := range c.u {
		for j, u := range c.u[i] {
			bySeed[i] += u
			byCluster[j] += u
		}
	}
	v := parts{seeds: r, columns: k}
	w2 := c.weight * c.weight
	if rows > 1 {
		v.s = r / (r - 1) * squares(bySeed) / w2
	}
	if columns > 1 {
		v.c = k / (k - 1) * squares(byCluster) / w2
	}
	if rows > 1 && columns > 1 {
		rest := 0.0
		for i := range c.u {
			for j, u := range c.u[i] {
				d := u - bySeed[i]/k - byCluster[j]/r
				rest += d * d
			}
		}
		v.sc = r * k / ((r - 1) * (k - 1)) * rest / w2
	}
	return v
}

func squares(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// se is the standard error of the mean: half with every quantile set to one.
func (v parts) se() float64 { return v.combine(1, 1) }

// half is half the width of the interval that misses with probability alpha.
func (v parts) half(alpha float64) float64 {
	return v.combine(student(alpha, v.seeds-1), student(alpha, v.columns-1))
}

func (v parts) combine(tSeeds, tClusters float64) float64 {
	clusters := tClusters * tClusters
	return math.Sqrt(max(tSeeds*tSeeds*v.s+clusters*max(0, v.c-v.sc), clusters*v.c))
}

// p is the alpha at which half reaches distance. The part of the clusters alone has a closed form, and so has that of the seeds if clusters add
// nothing; else half falls as alpha grows, and false position (Illinois) between those forms and 1 finds it. A variance of zero leaves the
// decision to the caller's floor.
func (v parts) p(distance float64) float64 {
	switch {
	case distance == 0:
		return 1
	case v.se() == 0:
		return 0
	}
	added := max(0, v.c-v.sc)
	clusters := tails(distance, v.c, v.columns-1)
	low := max(tails(distance, v.s, v.seeds-1), tails(distance, added, v.columns-1))
	if v.s == 0 || added == 0 || low >= 1 {
		return max(clusters, low)
	}
	over := func(alpha float64) float64 {
		s, c := student(alpha, v.seeds-1), student(alpha, v.columns-1)
		return math.Sqrt(s*s*v.s+c*c*added) - distance
	}
	return max(clusters, crossing(over, max(low, 1e-13)))
}

// crossing is where a falling function on [low, 1] is zero: low if it begins below.
func crossing(f func(float64) float64, low float64) float64 {
	high, atLow, atHigh := 1.0, f(low), f(1)
	if atLow <= 0 {
		return low
	}
	side := 0
	for range 100 {
		middle := (low*atHigh - high*atLow) / (atHigh - atLow)
		switch at := f(middle); {
		case at == 0 || high-low < 1e-12:
			return middle
		case at > 0:
			low, atLow = middle, at
			if side > 0 { // the other end stayed twice: pull it closer
				atHigh /= 2
			}
			side = 1
		default:
			high, atHigh = middle, at
			if side < 0 {
				atLow /= 2
			}
			side = -1
		}
	}
	return high
}

// tails is the P-value, two-sided, of a mean at this distance from zero with this variance; zero without a variance.
func tails(distance, variance, df float64) float64 {
	if df < 1 || variance <= 0 {
		return 0
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: df}.Survival(distance/math.Sqrt(variance))
}

// floor is the least p that the data allow (see Mean).
func (v parts) floor() float64 {
	flips := v.columns
	if flips == 1 {
		flips = v.seeds
	}
	return math.Pow(2, 1-flips)
}

// student is the quantile that |t| exceeds with probability alpha; zero without degrees of freedom, where the variance
// that it would multiply is zero too.
func student(alpha, df float64) float64 {
	if df < 1 {
		return 0
	}
	return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(1 - alpha/2)
}
