package run

import (
	"fmt"
	"math"

	"congrad/harness/config"
	"congrad/harness/kind/filtering"
	"congrad/harness/method"
	"congrad/harness/record"
)

// swept is a setting that experiments vary from arm to arm.
type swept struct {
	key   string
	value func(config.Arm) float64 // NaN where the arm does not read it
	clear func(*config.Arm)
}

var sweepable = []swept{
	{
		"keep.share",
		func(a config.Arm) float64 {
			if !a.Ranks() || !a.Keep.ByShare() {
				return math.NaN()
			}
			return a.Keep.Share
		},
		func(a *config.Arm) { a.Keep.Share = 0 },
	},
	{
		"congrad.sketch_rank",
		func(a config.Arm) float64 {
			selector, _ := method.FindSelector(a.Select)
			if rank := filtering.SketchOf(filtering.Comparing(a)).Rank; rank > 0 && selector.Reads.Gradients() {
				return float64(rank)
			}
			return math.NaN()
		},
		func(a *config.Arm) { a.ConGrad.SketchRank = 0 },
	},
}

// sweeps are the groups of trained arms that differ in one setting alone, in the order of the arms. An arm that trains on as
// many pairs as another goes along with that one.
func sweeps(x *config.Experiment) []record.Sweep {
	var all []record.Sweep
	for _, of := range sweepable {
		var groups []record.Sweep
		at := map[string]int{} // by what the arms have in common
		for _, a := range x.Arms {
			if !a.Trained() {
				continue
			}
			value, same := of.value(a), of.rest(a)
			if matched := x.FindArm(a.Match); matched != nil {
				value, same = of.value(*matched), same+of.rest(*matched)
			}
			if math.IsNaN(value) {
				continue
			}
			i, ok := at[same]
			if !ok {
				i = len(groups)
				at[same] = i
				groups = append(groups, record.Sweep{Key: of.key})
			}
			groups[i].Arms, groups[i].Values = append(groups[i].Arms, a.Name), append(groups[i].Values, value)
		}
		for _, g := range groups {
			if differ(g.Values) {
				all = append(all, g)
			}
		}
	}
	return all
}

// rest is all that an arm is but for its names and the setting. Printed, since a threshold that is not set equals nothing.
func (s swept) rest(a config.Arm) string {
	a.Name, a.Caption, a.Match = "", "", ""
	s.clear(&a)
	return fmt.Sprintf("%+v", a)
}

func differ(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return true
		}
	}
	return false
}
