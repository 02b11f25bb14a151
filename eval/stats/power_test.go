package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The noncentral t distribution with 2 degrees of freedom has a closed form: Φ(-δ) + t/√(t²+2) exp(-δ²/(t²+2)) Φ(δt/√(t²+2)). Seeds alone
// are such a test.
func TestPowerOfThreeSeeds(t *testing.T) {
	below := func(x, delta float64) float64 {
		phi := distuv.UnitNormal.CDF
		return phi(-delta) + x/math.Sqrt(x*x+2)*math.Exp(-delta*delta/(x*x+2))*phi(delta*x/math.Sqrt(x*x+2))
	}
	critical := distuv.StudentsT{Sigma: 1, Nu: 2}.Quantile(0.975)
	study := Components{Seed: 1}.Study(3, 1000)
	for _, difference := range []float64{0, 0.5, 1, 2, 3, 5} {
		delta := difference * math.Sqrt(3)
		near(t, fmt.Sprintf("power at %g", difference), study.Power(difference), 1-below(critical, delta)+below(-critical, delta), 1e-3)
	}
	// of 10 values at one standard deviation: R's power.t.test (type "one.sample") says 0.803
	near(t, "10 values", Components{Seed: 1}.Study(10, 1000).Power(1), 0.8031, 1e-3)
}

// Clusters alone: no seed differs, the interval is that of the clusters.
func TestPowerOfClusters(t *testing.T) {
	study := Components{Cluster: 1}.Study(3, 400)
	half := distuv.StudentsT{Sigma: 1, Nu: 399}.Quantile(0.975) / 20
	for _, difference := range []float64{0, 0.05, 0.1, 0.2} {
		want := distuv.UnitNormal.CDF((difference-half)*20) + distuv.UnitNormal.CDF((-difference-half)*20)
		near(t, fmt.Sprintf("power at %g", difference), study.Power(difference), want, 2e-3)
	}
	near(t, "detectable", study.Detectable(0.8), (1.966+0.8416)/20, 1e-3)
	if got := (Components{}).Study(3, 10).Detectable(0.8); got != 0 {
		t.Errorf("without variance %g", got)
	}
}

// The power is the share of simulated studies whose interval excludes zero, and the components come back from simulated samples.
func TestPowerOfSimulatedStudies(t *testing.T) {
	c := Components{Seed: 0.0001, Cluster: 0.004, Rest: 0.02}
	r := rand.New(rand.NewPCG(47, 53))
	draw := func(seeds, clusters int, difference float64) (list []Sample) {
		effect := make([]float64, clusters)
		for i := range effect {
			effect[i] = math.Sqrt(c.Cluster) * r.NormFloat64()
		}
		for s := range seeds {
			run := math.Sqrt(c.Seed) * r.NormFloat64()
			for i := range clusters {
				list = append(list, Sample{Seed: uint64(s), Cluster: i, Value: difference + run + effect[i] + math.Sqrt(c.Rest)*r.NormFloat64()})
			}
		}
		return list
	}
	for _, seeds := range []int{2, 3, 6} {
		const studies, difference = 800, 0.035
		detected := 0
		for range studies {
			if e := mean(draw(seeds, 50, difference)); e.Low > 0 || e.High < 0 {
				detected++
			}
		}
		near(t, fmt.Sprintf("%d seeds", seeds), c.Study(seeds, 50).Power(difference), float64(detected)/studies, 0.055)
	}
	var sum Components
	c.Seed = 0.004 // far enough from zero, where estimates are cut
	for range 200 {
		x, ok := ComponentsOf(draw(5, 50, 0.1))
		if !ok {
			t.Fatal("not split")
		}
		sum.Seed, sum.Cluster, sum.Rest = sum.Seed+x.Seed/200, sum.Cluster+x.Cluster/200, sum.Rest+x.Rest/200
	}
	if math.Abs(sum.Seed-c.Seed) > 0.0008 || math.Abs(sum.Cluster-c.Cluster) > 0.0004 || math.Abs(sum.Rest-c.Rest) > 0.0005 {
		t.Errorf("estimated on average %+v, want %+v", sum, c)
	}
	if _, ok := ComponentsOf(draw(1, 50, 0)); ok {
		t.Error("one seed was split")
	}
}

// The upper limit is above the true variance in four of five pilots.
func TestCautiousComponents(t *testing.T) {
	near(t, "three seeds", Components{Seed: 1, Seeds: 3, Clusters: 9}.Cautious().Seed, 2/0.44629, 1e-3)
	r := rand.New(rand.NewPCG(59, 61))
	above := 0
	for range 500 {
		var list []Sample
		for s := range 4 {
			run := r.NormFloat64()
			for i := range 20 {
				list = append(list, Sample{Seed: uint64(s), Cluster: i, Value: run + r.NormFloat64()})
			}
		}
		if c, _ := ComponentsOf(list); c.Cautious().Seed > 1 {
			above++
		}
	}
	if above < 370 || above > 430 {
		t.Errorf("above the truth in %d of 500 pilots, want 400", above)
	}
}
