package stats

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// design is a simulated evaluation: seeds x clusters x languages, each value a win (+0.5), tie (0) or loss (-0.5) read off
// a normal variable that adds what seed, cluster, seed in cluster and item contribute. By symmetry the true mean is zero.
type design struct {
	seeds, clusters, languages int
	seed, cluster, cell        float64 // standard deviations; the item's is 1
	nested                     bool    // every seed has clusters of its own
	paired                     bool    // values are the differences of two arms, which share what clusters and items contribute
}

func (d design) draw(r *rand.Rand, into []Sample) []Sample {
	into = into[:0]
	effects := make([]float64, d.clusters)
	for c := range effects {
		effects[c] = d.cluster * r.NormFloat64()
	}
	for s := range d.seeds {
		seed, otherSeed := d.seed*r.NormFloat64(), d.seed*r.NormFloat64()
		for c, effect := range effects {
			cluster := c
			if d.nested {
				cluster = s*d.clusters + c
				effect = d.cluster * r.NormFloat64()
			}
			cell := seed + effect + d.cell*r.NormFloat64()
			other := effect + otherSeed + d.cell*r.NormFloat64()
			for range d.languages {
				item := r.NormFloat64()
				value := won(cell + item)
				if d.paired {
					value -= won(other + 0.8*item + 0.6*r.NormFloat64())
				}
				into = append(into, Sample{Seed: uint64(s), Cluster: cluster, Value: value})
			}
		}
	}
	return into
}

func won(z float64) float64 {
	switch {
	case z > 0.4:
		return 0.5
	case z < -0.4:
		return -0.5
	}
	return 0
}

// summed makes one sample of each cell, which is quicker to work with and gives the same estimate but for N.
func summed(samples []Sample) []Sample {
	n := 0
	for _, s := range samples {
		if n > 0 && samples[n-1].Seed == s.Seed && samples[n-1].Cluster == s.Cluster {
			cell := &samples[n-1]
			cell.Value = (cell.Value*cell.Weight + s.Value) / (cell.Weight + 1)
			cell.Weight++
			continue
		}
		s.Weight = 1
		samples[n] = s
		n++
	}
	return samples[:n]
}

// covered is the share of simulated studies whose interval holds the true value, which is zero, and alarms the share of
// those in which the value would be reported as significantly different from zero.
func (d design) covered(studies int, estimate func([]Sample) Estimate) (covered, alarms float64) {
	r := rand.New(rand.NewPCG(3, 1931))
	var samples []Sample
	for range studies {
		samples = d.draw(r, samples)
		e := estimate(summed(samples))
		if e.Low <= 0 && 0 <= e.High {
			covered++
		}
		if e.Detected(0.95) {
			alarms++
		}
	}
	return covered / float64(studies), alarms / float64(studies)
}

func mean(samples []Sample) Estimate { return Mean(samples, 0.95) }

// go test ./eval/stats -run Coverage -v prints the figures that docs/reading-results.md and the package comment quote. With
// 1,000 studies the standard error of a coverage of 0.95 is 0.007: the limits leave three of them around what 10,000 gave.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: draws 14,000 studies")
	}
	for _, c := range []struct {
		name      string
		design    design
		low, high float64
	}{
		{"3 seeds, 10 languages, no seed effect", design{seeds: 3, clusters: 200, languages: 10, cluster: 0.5, cell: 0.5}, 0.96, 1},
		{"3 seeds, 10 languages, seed effect 0.03", design{seeds: 3, clusters: 200, languages: 10, seed: 0.03, cluster: 0.5, cell: 0.5}, 0.96, 1},
		{"3 seeds, 10 languages, seed effect 0.1", design{seeds: 3, clusters: 200, languages: 10, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.945, 0.99},
		{"3 seeds, 10 languages, seed effect 0.3", design{seeds: 3, clusters: 200, languages: 10, seed: 0.3, cluster: 0.5, cell: 0.5}, 0.93, 0.98},
		{"3 seeds, clusters without effect", design{seeds: 3, clusters: 200, languages: 10, seed: 0.06, cell: 0.3}, 0.93, 0.98},
		{"3 seeds, 1 language", design{seeds: 3, clusters: 200, languages: 1, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.955, 1},
		{"5 seeds, 5 languages", design{seeds: 5, clusters: 100, languages: 5, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.94, 0.985},
		{"3 seeds with clusters of their own", design{seeds: 3, clusters: 60, languages: 4, seed: 0.10, cluster: 0.5, cell: 0.5, nested: true}, 0.93, 1},
		{"1 seed, 10 languages", design{seeds: 1, clusters: 200, languages: 10, cluster: 0.5, cell: 0.5}, 0.93, 0.97},
		{"difference, 3 seeds, 10 languages, no seed effect", design{seeds: 3, clusters: 200, languages: 10, cluster: 0.5, cell: 0.3, paired: true}, 0.96, 1},
		{"difference, 3 seeds, 10 languages, seed effect 0.03", design{seeds: 3, clusters: 200, languages: 10, seed: 0.03, cluster: 0.5, cell: 0.3, paired: true}, 0.945, 1},
		{"difference, 3 seeds, 10 languages, seed effect 0.1", design{seeds: 3, clusters: 200, languages: 10, seed: 0.1, cluster: 0.5, cell: 0.3, paired: true}, 0.93, 0.98},
		{"difference, 3 seeds, 1 language", design{seeds: 3, clusters: 200, languages: 1, seed: 0.03, cluster: 0.5, cell: 0.3, paired: true}, 0.955, 1},
		{"difference, 1 seed, 1 language", design{seeds: 1, clusters: 200, languages: 1, cluster: 0.5, cell: 0.3, paired: true}, 0.93, 0.97},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, alarms := c.design.covered(1000, mean)
			t.Logf("%-52s covers %.3f, false alarms %.3f", c.name, got, alarms)
			if got < c.low || got > c.high {
				t.Errorf("covers %.3f, want %.3f to %.3f", got, c.low, c.high)
			}
			if alarms > 0.05+0.021 {
				t.Errorf("%.3f false alarms, want at most 0.05", alarms)
			}
		})
	}
}

// Runs that start from one model are alike. Taken as independent their intervals cover too little; with models as the outer level they do not.
func TestCoverageWhereModelsDiffer(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 79))
	const studies, models, each, clusters = 500, 3, 3, 60
	byModel, bySeed := 0, 0
	for range studies {
		var over, under []Sample
		for m := range models {
			model := 0.1 * r.NormFloat64()
			for k := range each {
				run := 0.03 * r.NormFloat64()
				for c := range clusters {
					value := model + run + 0.3*r.NormFloat64()
					over = append(over, Sample{Seed: uint64(m), Cluster: c, Value: value})
					under = append(under, Sample{Seed: uint64(m*each + k), Cluster: c, Value: value})
				}
			}
		}
		byModel += holds(Mean(over, 0.95), 0)
		bySeed += holds(Mean(under, 0.95), 0)
	}
	t.Logf("3 models x 3 seeds: over models covers %.3f, over seeds %.3f", float64(byModel)/studies, float64(bySeed)/studies)
	if float64(byModel)/studies < 0.92 || float64(bySeed)/studies > 0.88 {
		t.Errorf("over models covers %.3f, over seeds %.3f", float64(byModel)/studies, float64(bySeed)/studies)
	}
}

// Mean depends on the sums of cells only, which the simulation makes use of.
func TestItemsOfACellCanBeSummed(t *testing.T) {
	d := design{seeds: 3, clusters: 20, languages: 4, seed: 0.1, cluster: 0.5, cell: 0.5}
	samples := d.draw(rand.New(rand.NewPCG(2, 3)), nil)
	items := mean(samples)
	cells := mean(summed(samples))
	near(t, "mean", cells.Mean, items.Mean, tiny)
	near(t, "low", cells.Low, items.Low, tiny)
	near(t, "p", cells.P, items.P, tiny)
	if items.N != 240 || cells.N != 60 {
		t.Errorf("%d items in %d cells, want 240 in 60", items.N, cells.N)
	}
}

// What the choice between the two intervals rests on.
func TestBootstrapCoversLessWhenSeedsDiffer(t *testing.T) {
	stream := rand.New(rand.NewPCG(5, 7))
	boot := func(s []Sample) Estimate { return Bootstrap(s, stream, 200, 0.95) }
	d := design{seeds: 3, clusters: 100, languages: 4, cluster: 0.5, cell: 0.5}
	if got, _ := d.covered(200, boot); got < 0.93 {
		t.Errorf("no seed effect: covers %.3f, want at least 0.93", got)
	}
	d.seed = 0.3
	if got, _ := d.covered(200, boot); got > 0.88 {
		t.Errorf("large seed effect: covers %.3f; the package comment says that it covers far too little", got)
	}
}

// False alarms of a whole table: one alarm in a family of 15 languages, Holm-corrected, counts as a false positive. The
// languages' differences share the training runs.
func TestCoverageOfHolmsFamilies(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: draws 6,000 studies")
	}
	t.Parallel()
	for _, seed := range []float64{0, 0.1} {
		r := rand.New(rand.NewPCG(11, 13))
		families, plain, corrected := 200, 0, 0
		var samples []Sample
		d := design{seeds: 3, clusters: 60, languages: 1, seed: seed, cluster: 0.3, cell: 0.3, paired: true}
		for range families {
			p := make([]float64, 15)
			for i := range p {
				samples = d.draw(r, samples)
				p[i] = Mean(samples, 0.95).P
			}
			plain += anyBelow(p, 0.05)
			corrected += anyBelow(Holm(p), 0.05)
		}
		share := float64(corrected) / float64(families)
		t.Logf("15 differences, 3 seeds, seed effect %.1f: families with a false alarm %.3f, uncorrected %.3f", seed, share, float64(plain)/float64(families))
		if share > 0.05+0.046 { // three standard errors
			t.Errorf("%.3f of the families hold a false alarm after correction, want 0.05 or less", share)
		}
		if share := float64(plain) / float64(families); share < 0.08 {
			t.Errorf("only %.3f of the families hold one without correction: the simulation tests nothing", share)
		}
	}
}

// The coverage of Wilson's interval is a sum over the binomial distribution and needs no simulation. It is near the nominal
// one on average over the true share, and jumps about it, as that of every interval for counts does.
func TestCoverageOfWilson(t *testing.T) {
	for _, n := range []int{20, 200, 3000} {
		sum, least, shares := 0.0, 1.0, 0
		for share := 0.01; share < 0.995; share += 0.01 {
			trials := distuv.Binomial{N: float64(n), P: share}
			covered := 0.0
			for hits := range n + 1 {
				if e := Wilson(hits, n, 0.95); e.Low <= share && share <= e.High {
					covered += trials.Prob(float64(hits))
				}
			}
			sum, least, shares = sum+covered, min(least, covered), shares+1
		}
		average := sum / float64(shares)
		t.Logf("share of %4d trials: covers %.3f on average over shares from 0.01 to 0.99, at least %.3f", n, average, least)
		if average < 0.945 || average > 0.96 || least < 0.86 {
			t.Errorf("%d trials: covers %.3f on average and at least %.3f", n, average, least)
		}
	}
}

// Alike within clusters, and over seeds: Share holds its level where Wilson over samples does not.
func TestCoverageOfShare(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 19))
	const studies, share = 1000, 0.03
	clustered, plain := 0, 0
	for range studies {
		var samples []Sample
		hits := 0
		for c := range 200 {
			hit := r.Float64() < share
			for seed := range 3 {
				s := Sample{Seed: uint64(seed), Cluster: c}
				if hit {
					s.Value = 1
					hits++
				}
				samples = append(samples, s)
			}
		}
		clustered += holds(Share(samples, 0.95), share)
		plain += holds(Wilson(hits, len(samples), 0.95), share)
	}
	t.Logf("share of 600 samples in 200 clusters: covers %.3f; taken as independent %.3f", float64(clustered)/studies, float64(plain)/studies)
	if clustered < 920 || plain > 850 {
		t.Errorf("of %d intervals, %d in clusters and %d without hold the share", studies, clustered, plain)
	}
	if e := Share([]Sample{{Cluster: 0}, {Cluster: 1}, {Seed: 1, Cluster: 0}}, 0.95); e.High != Wilson(0, 2, 0.95).High || e.N != 3 {
		t.Errorf("nothing of two clusters: %+v", e)
	}
}

func holds(e Estimate, v float64) int {
	if e.Low <= v && v <= e.High {
		return 1
	}
	return 0
}

func anyBelow(p []float64, alpha float64) int {
	for _, v := range p {
		if v < alpha {
			return 1
		}
	}
	return 0
}
