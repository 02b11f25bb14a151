package method

import (
	"math"
	"testing"
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
