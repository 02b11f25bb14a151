package measure

import "congrad/results/records"

// KeptShare is which share of one language's pairs an arm keeps in an iteration.
type KeptShare struct {
	Lang            string
	Mean, Low, High float64 // over seeds: the mean and the range
	Pairs           int     // all of them, over all seeds
}

// KeptShares lists the languages with pairs of an arm's iteration, in the study's order; nil where it keeps all of them.
func KeptShares(s *records.Study, arm string, iteration int) []KeptShare {
	met, kept := map[stratum]int{}, map[stratum]int{}
	dropped := false
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm || p.Iteration != iteration {
			continue
		}
		at := stratum{p.Seed, p.Lang}
		met[at]++
		if p.Kept {
			kept[at]++
		}
		dropped = dropped || !p.Kept
	}
	if !dropped {
		return nil
	}
	var list []KeptShare
	for _, l := range s.Languages {
		x, seeds := KeptShare{Lang: l.Code, Low: 1}, 0
		for _, seed := range s.Seeds {
			at := stratum{seed, l.Code}
			if met[at] == 0 {
				continue
			}
			share := float64(kept[at]) / float64(met[at])
			seeds++
			x.Mean += share
			x.Low, x.High = min(x.Low, share), max(x.High, share)
			x.Pairs += met[at]
		}
		if seeds > 0 {
			x.Mean /= float64(seeds)
			list = append(list, x)
		}
	}
	return list
}
