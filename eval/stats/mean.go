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

// grain is the precision of P.
const grain = 1.0 / (1 << 40)

// p is the least multiple of grain at which half, as an alpha, is at most distance; half falls as alpha grows. A variance of zero
// leaves the decision to the caller's floor.
func (v parts) p(distance float64) float64 {
	switch {
	case distance == 0:
		return 1
	case v.se() == 0:
		return 0
	}
	low, high := 0.0, 1/grain // in grains; half is above distance at low and not at high
	for next, width := math.Ceil(v.root(distance)), 1.0; high-low > 1; width *= 4 {
		next = max(low+1, min(high-1, next))
		if v.half(next*grain) > distance {
			low, next = next, next+width
		} else {
			high, next = next, next-width
		}
		if width > 1<<20 { // the root was no help
			next = math.Round((low + high) / 2)
		}
	}
	return high * grain
}

// root is about where half is distance, in grains, by Newton's method on the logarithms of both: they are nearly in line. It starts at the
// probability of one t distribution with the degrees of freedom of both variances together (Satterthwaite).
func (v parts) root(distance float64) float64 {
	low, high := math.Log(grain), 0.0
	seeds, clusters := v.s, max(0, v.c-v.sc)
	if seeds+clusters < v.c {
		seeds, clusters = 0, v.c
	}
	freedom := 0.0
	if v.seeds > 1 {
		freedom += seeds * seeds / (v.seeds - 1)
	}
	if v.columns > 1 {
		freedom += clusters * clusters / (v.columns - 1)
	}
	freedom = (seeds + clusters) * (seeds + clusters) / freedom
	at := math.Log(max(2*grain, 2*distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(-distance/v.se())))
	if !(at > low && at < high) {
		at = math.Log(0.1)
	}
	for range 30 {
		half, slope := v.line(math.Exp(at))
		off := math.Log(half / distance)
		if math.Abs(off) < 1e-12 {
			break
		}
		if off > 0 {
			low = at
		} else {
			high = at
		}
		if at -= off / slope; !(at > low && at < high) {
			at = (low + high) / 2
		}
	}
	return math.Exp(at) / grain
}

// line is half at alpha, and the slope of its logarithm over that of alpha.
func (v parts) line(alpha float64) (half, slope float64) {
	s, c := student(alpha, v.seeds-1), student(alpha, v.columns-1)
	half = v.combine(s, c)
	both, least := s*s*v.s+c*c*max(0, v.c-v.sc), c*c*v.c
	change := c * v.c * quantileSlope(c, v.columns-1)
	if both > least {
		change = s*v.s*quantileSlope(s, v.seeds-1) + c*max(0, v.c-v.sc)*quantileSlope(c, v.columns-1)
	}
	return half, alpha * change / (half * half)
}

// quantileSlope is the derivative of student by alpha, where it is t.
func quantileSlope(t, df float64) float64 {
	if df < 1 {
		return 0
	}
	return -1 / (2 * distuv.StudentsT{Sigma: 1, Nu: df}.Prob(t))
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
