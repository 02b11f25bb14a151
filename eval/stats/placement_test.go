package stats

import (
	"fmt"
	"math"
	"testing"

	"congrad/harness/rng"
)

// below is the share of others that x lies above, ties counting half.
func below(x float64, others []float64) (share float64) {
	for _, o := range others {
		switch {
		case x > o:
			share += 1 / float64(len(others))
		case x == o:
			share += 0.5 / float64(len(others))
		}
	}
	return share
}

// The values against their definition, counted couple by couple, ties included; their mean against the area.
func TestPlacementsAreTheDefinition(t *testing.T) {
	r := rng.Stream(1, "placements")
	for _, sizes := range [][2]int{{1, 1}, {3, 8}, {20, 7}} {
		positive, negative := make([]float64, sizes[0]), make([]float64, sizes[1])
		for i := range positive {
			positive[i] = math.Round(3*r.NormFloat64()) + 1
		}
		for j := range negative {
			negative[j] = math.Round(3 * r.NormFloat64())
		}
		area, _ := AUROC(positive, negative)
		p, n, ok := Placements(positive, negative)
		if !ok {
			t.Fatal("no placements")
		}
		m, k := float64(sizes[0]), float64(sizes[1])
		sum := 0.0
		for i, x := range positive {
			sum += p[i]
			if want := area + (m+k)/m*(below(x, negative)-area); math.Abs(p[i]-want) > 1e-12 {
				t.Errorf("%v: positive %d is %g, want %g", sizes, i, p[i], want)
			}
		}
		for j, x := range negative {
			sum += n[j]
			if want := area + (m+k)/k*(1-below(x, positive)-area); math.Abs(n[j]-want) > 1e-12 {
				t.Errorf("%v: negative %d is %g, want %g", sizes, j, n[j], want)
			}
		}
		if math.Abs(sum/(m+k)-area) > 1e-12 {
			t.Errorf("%v: the mean is %g, the area %g", sizes, sum/(m+k), area)
		}
	}
	for _, sides := range [][2][]float64{{nil, {1}}, {{1}, nil}, {{math.NaN()}, {1}}} {
		if _, _, ok := Placements(sides[0], sides[1]); ok {
			t.Errorf("%v has placements", sides)
		}
	}
}

// Intervals of an AUROC hold the true one as often as they say: Φ(shift/√2) for normal scores. Seeds draw pairs of their own,
// as the planted experiment's do, and may shift the scores.
func TestPlacementsCover(t *testing.T) {
	const studies, right, planted, shift = 600, 60, 25, 1.5
	for _, seeds := range []int{1, 3} {
		truth := 0.5 * math.Erfc(-shift/2)
		held, width := 0, 0.0
		for study := range studies {
			var samples []Sample
			for seed := range seeds {
				r := rng.Stream(uint64(study), "coverage of placements", fmt.Sprint(seeds, seed))
				positive, negative := make([]float64, right), make([]float64, planted)
				for i := range positive {
					positive[i] = shift + r.NormFloat64()
				}
				for j := range negative {
					negative[j] = r.NormFloat64()
				}
				p, n, _ := Placements(positive, negative)
				for i, v := range append(p, n...) {
					samples = append(samples, Sample{Seed: uint64(seed), Cluster: 1000*seed + i, Value: v})
				}
			}
			e := Mean(samples, 0.95)
			width += (e.High - e.Low) / studies
			if e.Low <= truth && truth <= e.High {
				held++
			}
		}
		if share := float64(held) / studies; share < 0.92 {
			t.Errorf("%d seeds: 95 %% intervals (%.3f wide) hold the true area in %.3f of the studies", seeds, width, share)
		}
	}
}
