package records

import (
	"math"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

func TestBrokenSweepsAreRefused(t *testing.T) {
	for want, sweep := range map[string]record.Sweep{
		`the study has no arm "jiont"`:                     {Key: "keep.share", Arms: []string{"jiont"}, Values: []float64{1}},
		"has 1 values for 2 arms":                          {Key: "keep.share", Arms: []string{"joint", "congrad"}, Values: []float64{1}},
		"the sweep of keep.share: contains the number NaN": {Key: "keep.share", Arms: []string{"joint"}, Values: []float64{math.NaN()}},
	} {
		set := synthetic.Set(synthetic.Small())
		set.Study.Sweeps = []record.Sweep{sweep}
		if _, err := New(set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
