package outcome

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// ExactBetterOf is the paired difference in exact answers of the better of two arms, language by language, to one of them, the reference: what
// knowing for each language which of them to use would gain.
//
// Which one is better in a language is read off one half of its clusters and counted on the other, and the other way round. Taking the better
// one on the answers that are counted would gain from chance alone.
func (s *Study) ExactBetterOf(of Which, arm, reference string, in records.Group) stats.Estimate {
	return s.betterOf(of, "exact", arm, reference, in, exact)
}

// WinsBetterOf is the same in win rates.
func (s *Study) WinsBetterOf(of Which, arm, reference string, in records.Group) stats.Estimate {
	return s.betterOf(of, "win rate", arm, reference, in, win)
}

func (s *Study) betterOf(of Which, what, arm, reference string, in records.Group, value func(*record.Evaluation) (float64, bool)) stats.Estimate {
	return s.onceOf(of, what+", better of two", arm, reference, in, func() stats.Estimate {
		var list []stats.Sample
		for _, code := range in.Codes {
			only := records.Only(code)
			list = append(list, better(s.minus(s.answered(of, arm, only, value), s.answered(of, reference, only, value), s.untouched(reference)))...)
		}
		return stats.MeanWithin(list, -1, 1, records.Level)
	})
}

// better leaves the differences in each half of the clusters as they are if those of the other half are above zero on average, else zero.
func better(list []stats.Sample) []stats.Sample {
	var sums [2]float64
	for _, x := range list {
		sums[x.Cluster%2] += x.Weight * x.Value
	}
	for i, x := range list {
		if sums[1-x.Cluster%2] <= 0 {
			list[i].Value = 0
		}
	}
	return list
}
