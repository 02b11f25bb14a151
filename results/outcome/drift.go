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
	return s.drifting("drift", arm, iteration, in, func(d *record.Drift) (float64, int) { return d.Nats, d.Tokens })
}

// DriftBack is KL(start || arm) in nats per token, over the tokens of the start's sampled answers.
func (s *Study) DriftBack(arm string, iteration int, in records.Group) stats.Estimate {
	return s.drifting("drift back", arm, iteration, in, func(d *record.Drift) (float64, int) { return d.StartNats, d.StartTokens })
}

// drifting is the mean over tokens: of is the nats of an answer and its tokens.
func (s *Study) drifting(what, arm string, iteration int, in records.Group, of func(*record.Drift) (float64, int)) stats.Estimate {
	which := Which{Sampled: true, Iteration: iteration}
	return s.onceOf(which, what, arm, "", in, func() stats.Estimate {
		if !s.Covers(arm, in) {
			return stats.Estimate{P: 1}
		}
		list := outcomes(s.drift[trialed{arm, which}], in, func(d drifted) (outcome, bool) {
			nats, tokens := of(d.Drift)
			return outcome{d.Seed, d.place, nats / float64(tokens), float64(tokens)}, tokens > 0
		})
		return stats.Mean(s.samples(list), records.Level)
	})
}
