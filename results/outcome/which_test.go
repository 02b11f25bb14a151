package outcome

import (
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// Estimates of sampled answers are the means of their records, and differences are those of the means, since all items have both arms.
// Greedy ones do not change because there are sampled ones.
func TestSampledAnswersAreTheirOwn(t *testing.T) {
	set := synthetic.Sample(synthetic.Set(synthetic.Small()))
	for i, e := range set.Evaluations[:len(set.Evaluations)/12] { // the base model's of one seed: all prompts
		set.Prompts = append(set.Prompts, record.Prompt{ID: e.Prompt, Kind: []string{"a", "b"}[i%2]})
	}
	s := study(t, set)
	w := Which{Sampled: true}
	if ways := s.Ways(); len(ways) != 2 || ways[1] != w {
		t.Fatalf("%v", ways)
	}
	mean := func(list []record.Evaluation, arm string, value func(e record.Evaluation) float64) float64 {
		sum, n := 0.0, 0
		for _, e := range list {
			if e.Arm == arm {
				sum += value(e)
				n++
			}
		}
		return sum / float64(n)
	}
	win := func(e record.Evaluation) float64 { return e.Win }
	exact := func(e record.Evaluation) float64 { return indicator(e.Known == 1) }
	closer := func(e record.Evaluation) float64 {
		switch {
		case e.Known > e.Opponent:
			return 1
		case e.Known < e.Opponent:
			return 0
		}
		return 0.5
	}
	all, _ := s.Group("all")
	for _, a := range s.Arms {
		near(t, a.Name+" greedy", s.WinRate(a.Name, all).Mean, mean(set.Evaluations, a.Name, win))
		near(t, a.Name+" sampled", s.WinRateOf(w, a.Name, all).Mean, mean(set.Trials, a.Name, win))
		near(t, a.Name+" exact", s.ExactOf(w, a.Name, all).Mean, mean(set.Trials, a.Name, exact))
		parts, n := 0.0, 0
		for _, kind := range s.Kinds() {
			e := s.ExactOf(Which{Sampled: true, Kind: kind}, a.Name, all)
			parts, n = parts+e.Mean*float64(e.N), n+e.N
		}
		near(t, a.Name+" by kind", parts/float64(n), s.ExactOf(w, a.Name, all).Mean)
		near(t, a.Name+" by chrF", s.CloserOf(Which{}, a.Name, all).Mean, mean(set.Evaluations, a.Name, closer))
		for _, g := range s.Gauges() {
			near(t, a.Name+" difference", g.Minus(w, a.Name, "joint", all).Mean, g.Of(w, a.Name, all).Mean-g.Of(w, "joint", all).Mean)
		}
		if n := s.ExactOf(w, a.Name, all).N; n != 2*s.Exact(a.Name, all).N {
			t.Errorf("%s: %d sampled answers", a.Name, n)
		}
	}
}
