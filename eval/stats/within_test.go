package stats

import (
	"math"
	"testing"
)

// All or none still leaves an interval with a width. Wilson 1927 (JASA 22:209): 6 of 6 is [0.61, 1] and 0 of 4 is [0, 0.49] at 95 %, as
// statsmodels 0.14 (proportion_confint, method "wilson") has them.
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
		{1, 6, 2, 1, 0, 1, 0.6097, 1, 1. / 32},
		{0, 4, 2, 1, 0, 1, 0, 0.4899, 1},
		{1, 6, 2, 3, 0, 1, 0.6097, 1, 1. / 32},
		{0.5, 4, 1, 1, 0, 1, 0.2551, 0.7449, 1. / 8},
		{0, 6, 1, 1, -1, 1, -0.3903, 0.3903, 1},
		{1, 6, 1, 1, -1, 1, 0.2193, 1, 1. / 32},
		{-1, 4, 1, 1, -1, 1, -1, -0.0202, 1. / 8},
		{1, 1, 1, 3, -1, 1, -0.5869, 1, 1. / 4}, // one cluster: as many as seeds could flip
	} {
		e := MeanWithin(equal(c.value, c.clusters, c.each, c.seeds), c.low, c.high, 0.95)
		if e.Mean != c.value || math.Abs(e.Low-c.wantLow) > 1e-4 || math.Abs(e.High-c.wantHigh) > 1e-4 || math.Abs(e.P-c.p) > 1e-12 {
			t.Errorf("%v: %+v", c, e)
		}
		if share := Share(equal(c.value, c.clusters, c.each, c.seeds), 0.95); c.low == 0 && c.value != 0.5 && (math.Abs(share.Low-e.Low) > 1e-12 || math.Abs(share.High-e.High) > 1e-12) {
			t.Errorf("%v: %+v, as a share %+v", c, e, share)
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
