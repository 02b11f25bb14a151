package measure

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// stratum is where scores can be compared: those of different seeds or languages are measured against different gradients.
type stratum struct {
	seed uint64
	lang string
}

// pairKey names a pair within its stratum.
type pairKey struct{ prompt, chosen, rejected string }

// labelled is one arm's scores of the pairs of a stratum that are known to be planted or right.
type labelled struct {
	keys    []pairKey
	scores  []float64
	planted []bool
}

// PlantedLanguages is the group of the languages that have planted pairs; false where no pair was planted.
func PlantedLanguages(s *records.Study) (records.Group, bool) {
	has := map[string]bool{}
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Planted {
			has[p.Lang] = true
		}
	}
	var codes []string
	for _, l := range s.Languages {
		if has[l.Code] {
			codes = append(codes, l.Code)
		}
	}
	return records.NewGroup("planted", codes...), len(codes) > 0
}

// labelled gathers an arm's ranked pairs. Left out are those that were wrong before anybody planted anything: swapped,
// they are right, and as they were, they are what a planted pair is. With a judge that knows the answers there are no such pairs.
func labelledPairs(s *records.Study, arm string, iteration int, g records.Group) (map[stratum]*labelled, []stratum) {
	at := map[stratum]*labelled{}
	var strata []stratum
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm || p.Iteration != iteration || p.Rank == 0 || !g.Has(p.Lang) || wrongBefore(p) {
			continue
		}
		k := stratum{p.Seed, p.Lang}
		if at[k] == nil {
			at[k] = &labelled{}
			strata = append(strata, k)
		}
		x := at[k]
		x.keys = append(x.keys, pairKey{p.Prompt, p.Chosen, p.Rejected})
		x.scores = append(x.scores, p.Score)
		x.planted = append(x.planted, p.Planted)
	}
	return at, strata
}

func wrongBefore(p *record.Pair) bool {
	if p.Planted {
		return p.KnownGap > 0
	}
	return p.KnownGap < 0
}

// placed are the pairs' placements: their mean is the chance that a right pair scores above a planted one. False without
// pairs of both kinds.
func (x *labelled) placed() (map[pairKey]float64, bool) {
	var right, planted []float64
	var rightKeys, plantedKeys []pairKey
	for i, k := range x.keys {
		if x.planted[i] {
			planted, plantedKeys = append(planted, x.scores[i]), append(plantedKeys, k)
		} else {
			right, rightKeys = append(right, x.scores[i]), append(rightKeys, k)
		}
	}
	of, against, ok := stats.Placements(right, planted)
	values := map[pairKey]float64{}
	for i, v := range of {
		values[rightKeys[i]] = v
	}
	for i, v := range against {
		values[plantedKeys[i]] = v
	}
	return values, ok
}

// only keeps the pairs that the other knows too.
func (x *labelled) only(other *labelled) *labelled {
	there := map[pairKey]bool{}
	for _, k := range other.keys {
		there[k] = true
	}
	kept := &labelled{}
	for i, k := range x.keys {
		if there[k] {
			kept.keys, kept.scores, kept.planted = append(kept.keys, k), append(kept.scores, x.scores[i]), append(kept.planted, x.planted[i])
		}
	}
	return kept
}

// PlantedAUROC is the chance that the arm scores a right pair above a planted one of the same seed and language, mean over
// seeds and the group's languages, each counting alike. Its interval covers other pairs (placements, clustered by
// prompt) and other seeds, as all intervals do (stats.Mean).
func PlantedAUROC(s *records.Study, arm string, iteration int, g records.Group) stats.Estimate {
	at, strata := labelledPairs(s, arm, iteration, g)
	var x sampled
	for _, k := range strata {
		if values, ok := at[k].placed(); ok {
			x.add(at[k], s.Outer(k.seed), func(p pairKey) float64 { return values[p] })
		}
	}
	return stats.MeanWithin(x.clustered(), 0, 1, records.Level)
}

// PlantedAUROCMinus is the paired difference of two arms' AUROC over the pairs that both ranked. Arms share their pairs in
// the first iteration only; later there are few or none.
func PlantedAUROCMinus(s *records.Study, arm, reference string, iteration int, g records.Group) stats.Estimate {
	ours, strata := labelledPairs(s, arm, iteration, g)
	theirs, _ := labelledPairs(s, reference, iteration, g)
	var x sampled
	for _, k := range strata {
		if theirs[k] == nil {
			continue
		}
		shared := ours[k].only(theirs[k])
		a, okA := shared.placed()
		b, okB := theirs[k].only(ours[k]).placed()
		if okA && okB {
			x.add(shared, s.Outer(k.seed), func(p pairKey) float64 { return a[p] - b[p] })
		}
	}
	return stats.MeanWithin(x.clustered(), -1, 1, records.Level)
}

// sampled are values of pairs, whose prompts are the clusters.
type sampled struct {
	samples []stats.Sample
	prompts []string
}

// add appends one value per pair, so weighted that every stratum counts alike.
func (x *sampled) add(pairs *labelled, outer uint64, value func(pairKey) float64) {
	for _, p := range pairs.keys {
		x.samples = append(x.samples, stats.Sample{Seed: outer, Value: value(p), Weight: 1 / float64(len(pairs.keys))})
		x.prompts = append(x.prompts, p.prompt)
	}
}

func (x sampled) clustered() []stats.Sample { return stats.Clustered(x.samples, x.prompts) }

// PlantedShare is the share of planted pairs in the group's languages among those that the arm kept.
func PlantedShare(s *records.Study, arm string, iteration int, g records.Group) stats.Estimate {
	var x sampled
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Arm == arm && p.Iteration == iteration && p.Kept && g.Has(p.Lang) {
			x.samples = append(x.samples, stats.Sample{Seed: s.Outer(p.Seed), Value: float64(count(p.Planted))})
			x.prompts = append(x.prompts, p.Prompt)
		}
	}
	return stats.MeanWithin(x.clustered(), 0, 1, records.Level)
}

// Planted counts an arm's pairs in the group's languages and the planted ones among them.
func Planted(s *records.Study, arm string, iteration int, g records.Group) (pairs, planted int) {
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Arm == arm && p.Iteration == iteration && g.Has(p.Lang) {
			pairs++
			planted += count(p.Planted)
		}
	}
	return pairs, planted
}

// PlantedArms are the arms whose scores can separate planted pairs from others, well or badly, in the first iteration.
func PlantedArms(s *records.Study) []record.Arm {
	g, _ := PlantedLanguages(s)
	var arms []record.Arm
	for _, a := range s.Arms {
		if PlantedAUROC(s, a.Name, 1, g).N > 0 {
			arms = append(arms, a)
		}
	}
	return arms
}
