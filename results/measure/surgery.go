package measure

import (
	"slices"

	"congrad/harness/record"
	"congrad/results/records"
)

// Surgery is how the languages' gradients agreed in the steps of one arm and iteration that combined them. Means are
// over steps with several languages, then over seeds.
type Surgery struct {
	Arm              string
	Iteration, Seeds int
	Languages        float64 // with pairs in a step
	Conflicts        float64 // share of pairs of languages with a cosine below zero
	Cosine           float64
}

// Surgeries lists arms and iterations with such steps, in the study's order.
func Surgeries(s *records.Study) []Surgery {
	var list []Surgery
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if x := surgery(s, a.Name, i); x.Seeds > 0 {
				list = append(list, x)
			}
		}
	}
	return list
}

func surgery(s *records.Study, arm string, iteration int) Surgery {
	x := Surgery{Arm: arm, Iteration: iteration}
	for _, models := range runs(s, arm, iteration) {
		var combined []*record.Step
		for _, r := range slices.Concat(models...) {
			if r.Languages > 1 {
				combined = append(combined, r)
			}
		}
		if len(combined) == 0 {
			continue
		}
		x.Seeds++
		x.Languages += average(combined, func(r *record.Step) float64 { return float64(r.Languages) })
		x.Conflicts += average(combined, func(r *record.Step) float64 { return r.Conflicts })
		x.Cosine += average(combined, func(r *record.Step) float64 { return r.Cosine })
	}
	for _, v := range []*float64{&x.Languages, &x.Conflicts, &x.Cosine} {
		*v /= max(1, float64(x.Seeds))
	}
	return x
}
