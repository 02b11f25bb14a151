package measure

import (
	"testing"

	"congrad/results/synthetic"

	"github.com/google/go-cmp/cmp"
)

// Steps of one language have no pairs and count for nothing; neither do arms that combine no gradients.
func TestSurgeries(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	if got := Surgeries(study(t, set)); got != nil {
		t.Errorf("steps without surgery: %v", got)
	}
	seen := map[uint64]int{}
	for i := range set.Steps {
		s := &set.Steps[i]
		if s.Arm != "joint" || s.Iteration != 2 {
			continue
		}
		seen[s.Seed]++
		switch n := seen[s.Seed]; {
		case n == 1:
			s.Languages, s.Conflicts, s.Cosine = 4, 0.5, 0.25
		case n == 2 && s.Seed != 1: // the means of seed 1 are those of one step
			s.Languages, s.Conflicts, s.Cosine = 2, 0, 0.75
		default:
			s.Languages = 1
		}
	}
	if d := cmp.Diff([]Surgery{{Arm: "joint", Iteration: 2, Seeds: 3, Languages: (4 + 3 + 3) / 3.0, Conflicts: (0.5 + 0.25 + 0.25) / 3, Cosine: (0.25 + 0.5 + 0.5) / 3}}, Surgeries(study(t, set))); d != "" {
		t.Error(d)
	}
}
