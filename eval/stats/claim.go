package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Directions of a claim about a mean difference d: it is above 0, below 0, or at most the effect away from 0.
const (
	Greater = "greater"
	Less    = "less"
	Within  = "within"
)

// Verdict on a claim.
type Verdict string

// What a verdict says of the difference d and the smallest effect of interest.
const (
	Supported    Verdict = "supported"     // greater: d > 0; less: d < 0; within: |d| is at most the effect
	Refuted      Verdict = "refuted"       // greater: d < 0; less: d > 0; within: |d| is at least the effect
	NoDifference Verdict = "no difference" // greater and less: |d| is below the effect
	NotSettled   Verdict = "not settled"   // nothing of these
)

// Claim is a statement about a mean difference d that was made before the data were seen.
type Claim struct {
	Direction string  // Greater, Less or Within
	Effect    float64 // smallest effect of interest, above 0
	Low, High float64 // what no single difference can be below or above; infinite where there is no bound
}

// Answer is what the data say about a claim, before other claims are looked at: the estimate with its 95 % interval, and the P-values of two
// hypotheses of which at most one is true.
//
//	            Far: rejecting it says         Near: rejecting it says
//	greater     d = 0     supported, refuted   |d| >= effect   no difference larger than the effect
//	less        d = 0     supported, refuted   |d| >= effect   no difference larger than the effect
//	within      |d| < effect        refuted    |d| > effect    supported
//
// Far is [Mean]'s two-sided P where it is about 0, and half of it (one side) where it is about the effect. Near is that of two one-sided tests
// (Schuirmann 1987): the larger of the P-values of d <= -effect and d >= effect.
//
// For Near the variance is the one that the data would have at the effect (after Tango 1998, Statistics in Medicine 17:891): if the mean
// is m now, so many more clusters must differ that it is the effect, each by as much as those do that differ; that adds
// (effect - |m|) u / C to Vc (see Mean), u = Σ D² / Σ |D| over the clusters' mean differences D. Without it a few clusters that agree by chance
// prove too much. If fewer than ten clusters differ at all, they do not tell how clusters differ: Near is then the binomial
// probability of so few, if a share of effect/bound of the C clusters differs, each by all of the bound.
type Answer struct {
	Estimate  Estimate
	Far, Near float64
	claim     Claim
}

// fewDiffer is the number of clusters from which on their differences tell how clusters differ.
const fewDiffer = 10

// Answer tests the claim on paired differences.
func (c Claim) Answer(differences []Sample) Answer {
	a := Answer{MeanWithin(differences, c.Low, c.High, 0.95), 1, 1, c}
	cells, ok := sumUp(differences)
	if !ok || !a.Estimate.Bounded() {
		return a
	}
	v, mean := cells.variance(), a.Estimate.Mean
	if se := v.se(); math.IsNaN(se) || math.IsInf(se, 0) {
		return a
	}
	a.Far = a.Estimate.P
	if c.Direction == Within {
		a.Far = v.beyond(math.Abs(mean) - c.Effect)
	}
	columns, differ := cells.differences()
	a.Near = v.atEffect(columns, c.Effect-math.Abs(mean)).beyond(c.Effect - math.Abs(mean))
	if bound := max(-c.Low, c.High); differ < fewDiffer && !math.IsInf(bound, 0) {
		a.Near = distuv.Binomial{N: v.columns, P: min(1, c.Effect/bound)}.CDF(float64(differ))
	}
	return a
}

// beyond is the P-value, one-sided, of the hypothesis that the distance of the true mean from a bound is not positive.
func (v parts) beyond(distance float64) float64 {
	p := max(v.p(math.Abs(distance)), v.floor()) / 2
	if distance <= 0 {
		return 1 - p
	}
	return p
}

// differences are the clusters' mean differences, and how many of them are not zero.
func (c cells) differences() (means []float64, differ int) {
	for j := range c.u[0] {
		sum, weight := 0.0, 0.0
		for i := range c.u {
			sum, weight = sum+c.u[i][j]+c.w[i][j]*c.mean, weight+c.w[i][j]
		}
		means = append(means, sum/weight)
		if math.Abs(sum/weight) > equal {
			differ++
		}
	}
	return means, differ
}

// atEffect is the variance if more clusters differed, so that the mean moves by the distance.
func (v parts) atEffect(means []float64, distance float64) parts {
	squares, sizes := 0.0, 0.0
	for _, d := range means {
		squares, sizes = squares+d*d, sizes+math.Abs(d)
	}
	if sizes > 0 && distance > 0 {
		v.c += distance * squares / sizes / v.columns
	}
	return v
}

// Verdicts answers claims together, so that the chance of even one wrong verdict among them is at most alpha, whatever the dependence between
// them. It is Holm's method (1979) with Shaffer's (1986) count: the hypotheses are rejected in the order of their P-values, each
// at alpha divided by the number of claims that still have a hypothesis, for at most one of a claim's two is true. Holm's own count, of
// hypotheses, would be twice as strict; counting only claims without a verdict would be too lenient.
func Verdicts(answers []Answer, alpha float64) []Verdict {
	far, near := make([]bool, len(answers)), make([]bool, len(answers))
	for {
		least, at, open := math.Inf(1), -1, 0
		isFar := false
		for i, a := range answers {
			if !far[i] && a.Far < least {
				least, at, isFar = a.Far, i, true
			}
			if !near[i] && a.Near < least {
				least, at, isFar = a.Near, i, false
			}
			if !far[i] || !near[i] {
				open++
			}
		}
		if at < 0 || !(least <= alpha/float64(open)) {
			break
		}
		if isFar {
			far[at] = true
		} else {
			near[at] = true
		}
	}
	list := make([]Verdict, len(answers))
	for i, a := range answers {
		list[i] = a.verdict(far[i], near[i])
	}
	return list
}

// verdict says what the rejected hypotheses come to. A difference that is both proven and smaller than the effect does not matter.
func (a Answer) verdict(far, near bool) Verdict {
	switch {
	case near && a.claim.Direction == Within:
		return Supported
	case near:
		return NoDifference
	case !far:
		return NotSettled
	case a.claim.Direction == Greater && a.Estimate.Mean > 0, a.claim.Direction == Less && a.Estimate.Mean < 0:
		return Supported
	}
	return Refuted
}
