package measure

import (
	"congrad/harness/record"
	"congrad/results/records"
)

// Rates are the learning rates that an arm chose from in one iteration: over seeds, and over models where it has one for each language.
type Rates struct {
	Arm                string
	Iteration, Choices int
	Tried              []record.Tried // by rate, lowest first; means
	Taken              []int          // how often each was
}

// RatesOf lists arms and iterations with choices, in the study's order.
func RatesOf(s *records.Study) (list []Rates) {
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if r := ratesOf(s.Set.Rates, a.Name, i); r.Choices > 0 {
				list = append(list, r)
			}
		}
	}
	return list
}

func ratesOf(all []record.Rate, arm string, iteration int) Rates {
	r := Rates{Arm: arm, Iteration: iteration}
	for _, x := range all {
		if x.Arm != arm || x.Iteration != iteration {
			continue
		}
		if r.Choices++; r.Tried == nil {
			r.Tried, r.Taken = make([]record.Tried, len(x.Tried)), make([]int, len(x.Tried))
		}
		for i, t := range x.Tried {
			r.Tried[i].Rate = t.Rate
			r.Tried[i].Known += t.Known
		}
		r.Taken[x.Taken]++
	}
	for i := range r.Tried {
		r.Tried[i].Known /= float64(r.Choices)
	}
	return r
}
