package outcome

import (
	"testing"

	"congrad/results/synthetic"
)

// Drift is the sum of the nats over the sum of the tokens, whatever the answers' lengths, for each policy and direction.
func TestDriftIsPerToken(t *testing.T) {
	set := synthetic.Move(synthetic.Iterate(synthetic.Sample(synthetic.Set(synthetic.Small()))))
	s := study(t, set)
	g, _ := s.Group("seen")
	for _, a := range s.Trained() {
		for _, iteration := range []int{0, 1} {
			nats, tokens, back, start := 0.0, 0, 0.0, 0
			for _, d := range set.Drift {
				if d.Arm == a.Name && d.Iteration == iteration && g.Has(d.Lang) {
					nats, tokens, back, start = nats+d.Nats, tokens+d.Tokens, back+d.StartNats, start+d.StartTokens
				}
			}
			e := s.Drift(a.Name, iteration, g)
			near(t, a.Name, e.Mean, nats/float64(tokens))
			near(t, a.Name+" back", s.DriftBack(a.Name, iteration, g).Mean, back/float64(start))
			if !(e.Low < e.Mean && e.Mean < e.High) || e.Seeds != 3 {
				t.Errorf("%s: %+v", a.Name, e)
			}
		}
	}
	s.Arms[1].Languages = []string{"en"}
	if e := study(t, set).Drift(s.Arms[1].Name, 0, g); e.N != 0 {
		t.Errorf("an arm without a model for each language of the group: %+v", e)
	}
}
