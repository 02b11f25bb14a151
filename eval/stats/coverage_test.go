package stats

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// design is a simulated evaluation: seeds x clusters x languages, each value a win (1), tie (0.5) or loss (0) read off a
// normal variable that adds what seed, cluster, seed in cluster and item contribute. By symmetry the true mean is 0.5.
type design struct {
	seeds, clusters, languages int
	seed, cluster, cell        float64 // standard deviations; the item's is 1
	nested                     bool    // every seed has clusters of its own
}

func (d design) draw(r *rand.Rand, into []Sample) []Sample {
	into = into[:0]
	effects := make([]float64, d.clusters)
	for c := range effects {
		effects[c] = d.cluster * r.NormFloat64()
	}
	for s := range d.seeds {
		seed := d.seed * r.NormFloat64()
		for c, effect := range effects {
			name := names[c]
			if d.nested {
				name = names[s*d.clusters+c]
				effect = d.cluster * r.NormFloat64()
			}
			cell := seed + effect + d.cell*r.NormFloat64()
			for range d.languages {
				z := cell + r.NormFloat64()
				value := 0.0
				switch {
				case z > 0.4:
					value = 0.5
				case z < -0.4:
					value = -0.5
				}
				into = append(into, Sample{Seed: uint64(s), Cluster: name, Value: value})
			}
		}
	}
	return into
}

var names = func() (n [800]string) {
	for i := range n {
		n[i] = fmt.Sprint("c", i)
	}
	return n
}()

// covered is the share of simulated studies whose interval holds the true value, which is zero.
func (d design) covered(studies int, estimate func([]Sample) Estimate) float64 {
	r := rand.New(rand.NewPCG(3, 1931))
	var samples []Sample
	hits := 0
	for range studies {
		samples = d.draw(r, samples)
		if e := estimate(samples); e.Low <= 0 && 0 <= e.High {
			hits++
		}
	}
	return float64(hits) / float64(studies)
}

func mean(samples []Sample) Estimate { return Mean(samples, 0.95) }

// The package comment quotes designs like these, with 10,000 studies each. With 500 the standard error of a coverage of
// 0.95 is 0.01; the limits leave three of them around the expected figure.
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name      string
		design    design
		low, high float64
	}{
		{"no seed effect", design{seeds: 3, clusters: 200, languages: 10, cluster: 0.5, cell: 0.5}, 0.96, 1},
		{"small seed effect", design{seeds: 3, clusters: 200, languages: 10, seed: 0.03, cluster: 0.5, cell: 0.5}, 0.96, 1},
		{"middling seed effect", design{seeds: 3, clusters: 200, languages: 10, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.94, 0.99},
		{"large seed effect", design{seeds: 3, clusters: 200, languages: 10, seed: 0.3, cluster: 0.5, cell: 0.5}, 0.92, 0.98},
		{"clusters without effect", design{seeds: 3, clusters: 200, languages: 10, seed: 0.06, cell: 0.3}, 0.92, 0.98},
		{"one language", design{seeds: 3, clusters: 200, languages: 1, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.95, 1},
		{"five seeds", design{seeds: 5, clusters: 100, languages: 5, seed: 0.10, cluster: 0.5, cell: 0.5}, 0.94, 0.99},
		{"own clusters", design{seeds: 3, clusters: 60, languages: 4, seed: 0.10, cluster: 0.5, cell: 0.5, nested: true}, 0.92, 1},
		{"one seed, prompts only", design{seeds: 1, clusters: 200, languages: 10, cluster: 0.5, cell: 0.5}, 0.92, 0.98},
	} {
		if got := c.design.covered(500, mean); got < c.low || got > c.high {
			t.Errorf("%s: covers %.3f, want %.2f to %.2f", c.name, got, c.low, c.high)
		}
	}
}

// What the choice between the two intervals rests on.
func TestBootstrapCoversLessWhenSeedsDiffer(t *testing.T) {
	stream := rand.New(rand.NewPCG(5, 7))
	boot := func(s []Sample) Estimate { return Bootstrap(s, stream, 200, 0.95) }
	d := design{seeds: 3, clusters: 100, languages: 4, cluster: 0.5, cell: 0.5}
	if got := d.covered(200, boot); got < 0.93 {
		t.Errorf("no seed effect: covers %.3f, want at least 0.93", got)
	}
	d.seed = 0.3
	if got := d.covered(200, boot); got > 0.88 {
		t.Errorf("large seed effect: covers %.3f; the package comment says that it covers far too little", got)
	}
}

// False alarms of a whole table: one alarm in a family of 15 languages, Holm-corrected, counts as a false positive.
func TestHolmKeepsTheFamilysErrorRate(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	d := design{seeds: 3, clusters: 60, languages: 1, cluster: 0.3, cell: 0.3}
	var samples []Sample
	families, plain, corrected := 150, 0, 0
	for range families {
		p := make([]float64, 15)
		for i := range p {
			samples = d.draw(r, samples)
			p[i] = Mean(samples, 0.95).P
		}
		plain += anyBelow(p, 0.05)
		corrected += anyBelow(Holm(p), 0.05)
	}
	if share := float64(corrected) / float64(families); share > 0.09 {
		t.Errorf("%.3f of the families hold a false alarm after correction, want about 0.05 or less", share)
	}
	if share := float64(plain) / float64(families); share < 0.08 {
		t.Errorf("only %.3f of the families hold one without correction: the simulation tests nothing", share)
	}
}

func anyBelow(p []float64, alpha float64) int {
	for _, v := range p {
		if v < alpha {
			return 1
		}
	}
	return 0
}
