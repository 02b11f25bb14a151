package synthetic

import (
	"fmt"

	"congrad/harness/record"
	"congrad/harness/rng"
)

// Plant swaps the answers of two in five pairs of Arabic and Japanese, in the set itself, and lowers the scores that the
// arms that pick pairs by the consensus give them. Ranks and what is kept stay as they were.
func Plant(set *record.Set) *record.Set {
	filters := map[string]bool{}
	for _, a := range set.Study.Arms {
		filters[a.Name] = a.Select == "congrad"
	}
	for i := range set.Pairs {
		p := &set.Pairs[i]
		if p.Lang != "ar" && p.Lang != "ja" || rng.Stream(p.Seed, "synthetic plant", p.Lang, p.Prompt, fmt.Sprint(p.Iteration)).Float64() > 0.4 {
			continue
		}
		p.Planted, p.KnownGap = true, 0-p.KnownGap
		p.Chosen, p.Rejected = p.Rejected, p.Chosen
		if filters[p.Arm] {
			p.Score -= 0.1
		}
	}
	return set
}
