package method

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeep(t *testing.T) {
	language := []int{0, 1, 0, 1, 0, 2, 0}
	scores := []float64{0.1, 0.9, 0.4, -0.2, 0.4, -0.9, 0.2}
	none := math.NaN()
	for name, c := range map[string]struct {
		keep Keep
		rank []int
		kept []bool
	}{
		"half of each language": {Keep{Share: 0.5, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{false, true, true, false, true, true, false}},
		"half of all":           {Keep{Share: 0.5, Threshold: none, Global: true}, []int{5, 1, 2, 6, 3, 7, 4}, []bool{false, true, true, false, true, false, true}},
		"what is positive":      {Keep{Threshold: 0}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{true, true, true, false, true, false, true}},
		"all":                   {Keep{Share: 1, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{true, true, true, true, true, true, true}},
		"hardly any":            {Keep{Share: 0.01, Threshold: none}, []int{4, 1, 1, 2, 2, 1, 3}, []bool{false, true, true, false, false, true, false}},
	} {
		got := c.keep.Choose(language, scores)
		for i := range got {
			if got[i] != (Choice{c.rank[i], c.kept[i]}) {
				t.Errorf("%s: pair %d: %+v, want rank %d, kept %v", name, i, got[i], c.rank[i], c.kept[i])
			}
		}
	}
}

// Pairs that are set aside are not ranked and not kept, and the others are kept as if they were there, as far as they last.
func TestSetAside(t *testing.T) {
	none := math.NaN()
	language := []int{0, 0, 0, 0, 0, 1, 1}
	scores := []float64{0.1, none, 0.3, none, 0.2, none, 0.5}
	for _, c := range []struct {
		keep Keep
		rank []int
		kept []bool
	}{
		{Keep{Share: 0.4, Threshold: none}, []int{3, 0, 1, 0, 2, 0, 1}, []bool{false, false, true, false, true, false, true}},
		{Keep{Share: 1, Threshold: none}, []int{3, 0, 1, 0, 2, 0, 1}, []bool{true, false, true, false, true, false, true}},
		{Keep{Threshold: 0.2}, []int{3, 0, 1, 0, 2, 0, 1}, []bool{false, false, true, false, true, false, true}},
		{Keep{Share: 0.4, Threshold: none, Global: true}, []int{4, 0, 2, 0, 3, 0, 1}, []bool{false, false, true, false, true, false, true}},
	} {
		for i, got := range c.keep.Choose(language, scores) {
			if got != (Choice{c.rank[i], c.kept[i]}) {
				t.Errorf("%+v: pair %d: %+v, want rank %d, kept %v", c.keep, i, got, c.rank[i], c.kept[i])
			}
		}
	}
}

// Bands that share a bound keep every ranked pair once, the first of them what a share keeps; the middle half of eight pairs are ranks 3
// to 6. A band that holds no rank keeps the nearest.
func TestBand(t *testing.T) {
	none := math.NaN()
	language := make([]int, 9)
	scores := []float64{0.8, 0.1, none, 0.5, 0.3, 0.2, 0.7, 0.6, 0.4}
	bands := [][]float64{{0, 0.25}, {0.25, 0.5}, {0.5, 0.75}, {0.75, 1}}
	met := make([]int, len(scores))
	for _, band := range bands {
		for i, c := range (Keep{Threshold: none, Band: band}).Choose(language, scores) {
			if c.Kept {
				met[i]++
			}
		}
	}
	for i, n := range met {
		if n == 1 != !math.IsNaN(scores[i]) {
			t.Errorf("pair %d with the score %g is in %d bands", i, scores[i], n)
		}
	}
	for _, share := range []float64{0.1, 0.3, 0.5, 1} {
		whole := []float64{0.8, 0.1, 0.5, 0.3, 0.2, 0.7, 0.6, 0.4}
		first, best := Keep{Threshold: none, Band: []float64{0, share}}.Choose(language[:8], whole), Keep{Threshold: none, Share: share}.Choose(language[:8], whole)
		if d := cmp.Diff(best, first); d != "" {
			t.Errorf("from 0 to %g: %s", share, d)
		}
	}
	for _, c := range []struct {
		band  []float64
		ranks []int
	}{{[]float64{0.25, 0.75}, []int{3, 4, 5, 6}}, {[]float64{0, 0.01}, []int{1}}, {[]float64{0.99, 1}, []int{8}}, {[]float64{0.5, 0.51}, []int{5}}} {
		var ranks []int
		for _, x := range (Keep{Threshold: none, Band: c.band}).Choose(language, scores) {
			if x.Kept {
				ranks = append(ranks, x.Rank)
			}
		}
		if slices.Sort(ranks); !slices.Equal(ranks, c.ranks) {
			t.Errorf("%v keeps the ranks %v, want %v", c.band, ranks, c.ranks)
		}
	}
}
