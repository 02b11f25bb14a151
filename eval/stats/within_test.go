package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// All or none still leaves an interval with a width, that of Clopper and Pearson 1934 (Biometrika 26:404) with one tail: 0.05^(1/6) = 0.6070,
// 0.05^(1/4) = 0.4729.
func TestEqualValuesHaveAWidth(t *testing.T) {
	equal := func(value float64, clusters, each, seeds int) (list []Sample) {
		for s := range seeds {
			for c := range clusters {
				for range each {
					list = append(list, Sample{Seed: uint64(s), Cluster: c, Value: value})
				}
			}
		}
		return list
	}
	for _, c := range []struct {
		value                           float64
		clusters, each, seeds           int
		low, high, wantLow, wantHigh, p float64
	}{
		{1, 6, 2, 1, 0, 1, 0.6070, 1, 1. / 32},
		{0, 4, 2, 1, 0, 1, 0, 0.5271, 1},
		{1, 6, 2, 3, 0, 1, 0.6070, 1, 1. / 32},
		{0.5, 4, 1, 1, 0, 1, 0.2364, 0.7636, 1. / 8},
		{0, 6, 1, 1, -1, 1, -0.3930, 0.3930, 1},
		{1, 6, 1, 1, -1, 1, 0.2139, 1, 1. / 32},
		{-1, 4, 1, 1, -1, 1, -1, 0.0543, 1. / 8},
		{1, 1, 1, 3, -1, 1, -0.9, 1, 1. / 4}, // one cluster: as many as seeds could flip
	} {
		e := MeanWithin(equal(c.value, c.clusters, c.each, c.seeds), c.low, c.high, 0.95)
		if e.Mean != c.value || math.Abs(e.Low-c.wantLow) > 1e-4 || math.Abs(e.High-c.wantHigh) > 1e-4 || math.Abs(e.P-c.p) > 1e-12 {
			t.Errorf("%v: %+v", c, e)
		}
	}
	mixed := append(equal(1, 4, 2, 1), Sample{Cluster: 99})
	if got, want := MeanWithin(mixed, 0, 1, 0.95), Mean(mixed, 0.95); got != want {
		t.Errorf("%+v, want Mean's %+v", got, want)
	}
	if one := MeanWithin(equal(1, 1, 5, 1), 0, 1, 0.95); one.Bounded() || one.Low != 1 || one.P != 1 {
		t.Errorf("one cluster of one seed: %+v", one)
	}
}

// If all clusters agree, the interval misses in at most one of twenty studies, and in one of twenty at its end: it is no wider than it has to
// be. Wilson's would be a quarter wider for many clusters.
func TestEqualValuesMissOneInTwenty(t *testing.T) {
	for _, clusters := range []int{4, 30, 200} {
		var list []Sample
		for c := range clusters {
			for seed := range 3 {
				list = append(list, Sample{Seed: uint64(seed), Cluster: c})
			}
		}
		high := MeanWithin(list, -1, 1, 0.95).High
		for truth := 0.001; truth < 1; truth += 0.001 {
			agree := math.Pow(1-truth, float64(clusters)) // whole clusters change
			if truth > high && agree > 0.05+1e-9 {
				t.Errorf("%d clusters: a difference of %.3f is missed with probability %.3f", clusters, truth, agree)
			}
		}
		near(t, "missed at the end", math.Pow(1-high, float64(clusters)), 0.05, 1e-9)
	}
}

// Rare differences, whether whole clusters change or single items: what covers is the interval of equal values, and Mean's where a few differ.
func TestCoverageWhereFewDiffer(t *testing.T) {
	for _, alone := range []bool{false, true} {
		for _, expected := range []float64{0.5, 1, 2, 4, 8, 20} {
			w := world{seeds: 3, clusters: 200, difference: expected / 200, share: expected / 200, items: 10, alone: alone}
			if alone { // as many changed items in all as there would be changed clusters
				w.difference, w.share = w.difference/30, w.share/30
			}
			r := rand.New(rand.NewPCG(67, 71))
			covered := 0
			var samples []Sample
			const studies = 400
			for range studies {
				samples = w.draw(r, samples)
				covered += holds(MeanWithin(samples, -1, 1, 0.95), w.difference)
			}
			share := float64(covered) / studies
			t.Logf("items change alone %-5v, %4.1f changes expected: covers %.3f", alone, expected, share)
			if share < 0.85 || expected <= 1 && share < 0.93 {
				t.Errorf("%g changes expected: covers %.3f", expected, share)
			}
		}
	}
}
