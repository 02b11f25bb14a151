// Package measure turns the records of pairs, scores, gradients and training into the numbers that tables, figures and findings
// show: how pairs were selected and what of it reached training.
package measure

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Selection counts the pairs of one iteration before and after an arm's selection, summed over seeds.
type Selection struct {
	Arm       string
	Iteration int
	Pairs     int
	Kept      int
	// Pairs whose known answers differ in quality, and those of them that prefer the better one.
	Told, ToldKept, ToldDropped    int
	Right, RightKept, RightDropped int
	// AUROC is the chance that a right pair scores above a wrong one of the same seed and language; meaningless unless
	// AUROCKnown, which needs scores and both kinds of pairs.
	AUROC      float64
	AUROCKnown bool
}

// Selections lists arms and iterations that have pairs, in the study's order.
func Selections(s *records.Study) []Selection {
	type round struct {
		arm       string
		iteration int
	}
	at := map[round]*Selection{}
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		r := round{p.Arm, p.Iteration}
		if at[r] == nil {
			at[r] = &Selection{Arm: p.Arm, Iteration: p.Iteration}
		}
		at[r].add(p)
	}
	var list []Selection
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if x := at[round{a.Name, i}]; x != nil {
				x.AUROC, x.AUROCKnown = auroc(s, a.Name, i)
				list = append(list, *x)
			}
		}
	}
	return list
}

// Wrong is the share of an arm's pairs in a language, over all seeds and iterations, that prefer the worse answer by the reference answer,
// among the n pairs whose answers differ in that.
func Wrong(s *records.Study, arm, lang string) (share float64, n int) {
	wrong := 0
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Arm == arm && p.Lang == lang {
			n += count(p.KnownGap != 0)
			wrong += count(p.KnownGap < 0)
		}
	}
	return float64(wrong) / float64(max(1, n)), n
}

func (x *Selection) add(p *record.Pair) {
	x.Pairs++
	told, right := count(p.KnownGap != 0), count(p.KnownGap > 0)
	x.Told += told
	x.Right += right
	if p.Kept {
		x.Kept++
		x.ToldKept += told
		x.RightKept += right
	} else {
		x.ToldDropped += told
		x.RightDropped += right
	}
}

// auroc weighs seeds and languages by how many comparisons they offer: scores of different languages or seeds are
// measured against different gradients and are not compared.
func auroc(s *records.Study, arm string, iteration int) (float64, bool) {
	right, wrong := map[stratum][]float64{}, map[stratum][]float64{}
	var strata []stratum
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm || p.Iteration != iteration || p.Rank == 0 || p.KnownGap == 0 {
			continue
		}
		at := stratum{p.Seed, p.Lang}
		if len(right[at])+len(wrong[at]) == 0 {
			strata = append(strata, at)
		}
		if p.KnownGap > 0 {
			right[at] = append(right[at], p.Score)
		} else {
			wrong[at] = append(wrong[at], p.Score)
		}
	}
	concordant, comparisons := 0.0, 0.0
	for _, at := range strata {
		if area, ok := stats.AUROC(right[at], wrong[at]); ok {
			n := float64(len(right[at])) * float64(len(wrong[at]))
			concordant += area * n
			comparisons += n
		}
	}
	if comparisons == 0 {
		return 0, false
	}
	return concordant / comparisons, true
}

// count is 1 of what is true.
func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Alignment is one language's scores in one iteration of an arm, over all seeds, whatever the arm scores pairs by.
type Alignment struct {
	Lang          string
	Kept, Dropped []float64
	Thresholds    []float64 // lowest kept score, one per seed and scoring round that kept any
}

// Alignments lists languages with scored pairs in the study's order.
func Alignments(s *records.Study, arm string, iteration int) []Alignment {
	at := map[string]*Alignment{}
	lowest := map[stratum]float64{}
	var strata []stratum
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm || p.Iteration != iteration || p.Rank == 0 {
			continue
		}
		if at[p.Lang] == nil {
			at[p.Lang] = &Alignment{Lang: p.Lang}
		}
		if !p.Kept {
			at[p.Lang].Dropped = append(at[p.Lang].Dropped, p.Score)
			continue
		}
		at[p.Lang].Kept = append(at[p.Lang].Kept, p.Score)
		k := stratum{p.Seed, p.Lang}
		if low, ok := lowest[k]; !ok {
			strata = append(strata, k)
			lowest[k] = p.Score
		} else {
			lowest[k] = min(low, p.Score)
		}
	}
	for _, k := range strata {
		at[k.lang].Thresholds = append(at[k.lang].Thresholds, lowest[k])
	}
	var list []Alignment
	for _, l := range s.Languages {
		if a := at[l.Code]; a != nil {
			list = append(list, *a)
		}
	}
	return list
}

// Examples are pairs worth reading: per language the kept pair with the highest score and the dropped one with the lowest,
// of the first seed and iteration that the arm has pairs in.
func Examples(s *records.Study, arm string) []record.Pair {
	best, worst := map[string]*record.Pair{}, map[string]*record.Pair{}
	var first *record.Pair
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm {
			continue
		}
		if first == nil {
			first = p
		}
		if p.Seed != first.Seed || p.Iteration != first.Iteration {
			continue
		}
		if b := best[p.Lang]; p.Kept && (b == nil || p.Score > b.Score) {
			best[p.Lang] = p
		}
		if w := worst[p.Lang]; !p.Kept && p.Rank > 0 && (w == nil || p.Score < w.Score) {
			worst[p.Lang] = p
		}
	}
	var list []record.Pair
	for _, l := range s.Languages {
		for _, p := range []*record.Pair{best[l.Code], worst[l.Code]} {
			if p != nil {
				list = append(list, *p)
			}
		}
	}
	return list
}
