package outcome

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Drifted reports whether the records say how far policies moved from the model that all arms start from.
func (s *Study) Drifted() bool { return len(s.Set.Drift) > 0 }

// Drift is KL(arm || start) in nats per token, over the tokens of the arm's sampled answers, for the policy after an iteration (0: the last).
func (s *Study) Drift(arm string, iteration int, in records.Group) stats.Estimate {
	return s.drifted("drift", arm, iteration, in, func(d *record.Drift) (float64, int) { return d.Nats, d.Tokens })
}

// DriftBack is KL(start || arm) in nats per token, over the tokens of the start's sampled answers.
func (s *Study) DriftBack(arm string, iteration int, in records.Group) stats.Estimate {
	return s.drifted("drift back", arm, iteration, in, func(d *record.Drift) (float64, int) { return d.StartNats, d.StartTokens })
}

// drifted is the mean over tokens: of is the nats of an answer and its tokens.
func (s *Study) drifted(what, arm string, iteration int, in records.Group, of func(*record.Drift) (float64, int)) stats.Estimate {
	which := Which{Sampled: true, Iteration: iteration}
	return s.onceOf(which, what, arm, "", in, func() stats.Estimate {
		if !s.Covers(arm, in) {
			return stats.Estimate{P: 1}
		}
		var list []stats.Sample
		for _, d := range s.drift[trialed{arm, which}] {
			if nats, tokens := of(d); in.Has(d.Lang) && tokens > 0 {
				list = append(list, stats.Sample{Seed: d.Seed, Cluster: clusterOf(d.Cluster, d.Lang, d.Prompt), Value: nats / float64(tokens), Weight: float64(tokens)})
			}
		}
		return stats.Mean(list, records.Level)
	})
}
