package outcome

import (
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Which says which answers to the held-out prompts are meant. The zero value means the greedy ones of an arm's last policy.
type Which struct {
	Sampled   bool
	Iteration int    // after which an earlier policy answered; 0 of the last one
	Kind      string // of the prompts; empty for all
}

// After is a point of an arm's training at which it was evaluated.
type After struct {
	Iterations int // that it was trained for
	Iteration  int // as Which has it
}

// Evaluated lists the points of an arm's training at which there are answers of it: of the base model, the only one.
func (s *Study) Evaluated(a record.Arm) (list []After) {
	if !a.Trained {
		return []After{{}}
	}
	for i := 1; i < s.Iterations; i++ {
		if len(s.trials[trialed{a.Name, Which{Iteration: i}}].records()) > 0 {
			list = append(list, After{i, i})
		}
	}
	return append(list, After{Iterations: s.Iterations})
}

// EachIteration reports whether earlier policies were evaluated, too.
func (s *Study) EachIteration() bool {
	return slices.ContainsFunc(s.Arms, func(a record.Arm) bool { return len(s.Evaluated(a)) > 1 })
}

// String names the answers.
func (w Which) String() string {
	if w.Sampled {
		return "sampled"
	}
	return "greedy"
}

// trialed names the answers of an arm.
type trialed struct {
	arm string
	Which
}

// taken are the answers of an arm that are meant, of all kinds, in order.
func (s *Study) taken(of Which, arm string) *listed[evaluation] {
	if of.Kind = ""; of == (Which{}) {
		return s.evaluations[arm]
	}
	return s.trials[trialed{arm, of}]
}

// kind is that of the prompt that was answered; empty if it is not known.
func (s *Study) kind(e *record.Evaluation) string {
	prompt, _ := s.Asked(e.Prompt)
	return prompt.Kind
}

// Kinds are those of the held-out prompts, in alphabetical order.
func (s *Study) Kinds() (list []string) {
	there := map[string]bool{"": true}
	for i := range s.Set.Evaluations {
		if kind := s.kind(&s.Set.Evaluations[i]); !there[kind] {
			there[kind] = true
			list = append(list, kind)
		}
	}
	slices.Sort(list)
	return list
}

// Ways are the ways of answering of which there are records: greedily, and by sampling.
func (s *Study) Ways() (list []Which) {
	for _, w := range []Which{{}, {Sampled: true}} {
		if slices.ContainsFunc(s.Arms, func(a record.Arm) bool { return len(s.taken(w, a.Name).records()) > 0 }) {
			list = append(list, w)
		}
	}
	return list
}

// WinRateOf is the share of certain answers that beat the opponent's, ties counting half: of sampled answers, those with the same number.
func (s *Study) WinRateOf(of Which, arm string, in records.Group) stats.Estimate {
	return s.onceOf(of, "win rate", arm, "", in, func() stats.Estimate {
		wins := s.samples(s.answered(of, arm, in, win))
		if s.Answers == nil && arm == s.Opponent {
			return stats.Mean(wins, records.Level) // against itself: a half, whatever the prompts
		}
		return stats.MeanWithin(wins, 0, 1, records.Level)
	})
}

// WinsMinusOf is the paired difference of two arms' win rates: same prompts, same seeds, same numbers of sampled answers.
func (s *Study) WinsMinusOf(of Which, arm, reference string, in records.Group) stats.Estimate {
	return s.minusOf(of, "win rate", arm, reference, in, win)
}

// ExactOf is the share of certain answers that are the known one, among prompts with a known answer.
func (s *Study) ExactOf(of Which, arm string, in records.Group) stats.Estimate {
	return s.onceOf(of, "exact", arm, "", in, func() stats.Estimate {
		return stats.MeanWithin(s.samples(s.answered(of, arm, in, exact)), 0, 1, records.Level)
	})
}

// ExactMinusOf is the paired difference of two arms' shares of exact answers.
func (s *Study) ExactMinusOf(of Which, arm, reference string, in records.Group) stats.Estimate {
	return s.minusOf(of, "exact", arm, reference, in, exact)
}

func (s *Study) minusOf(of Which, what, arm, reference string, in records.Group, value func(*record.Evaluation) (float64, bool)) stats.Estimate {
	return s.onceOf(of, what, arm, reference, in, func() stats.Estimate {
		return stats.MeanWithin(s.minus(s.answered(of, arm, in, value), s.answered(of, reference, in, value), s.untouched(reference)), -1, 1, records.Level)
	})
}

// CloserOf is the win rate if the higher chrF score wins, whatever decided the wins on record.
func (s *Study) CloserOf(of Which, arm string, in records.Group) stats.Estimate {
	return s.onceOf(of, "win rate by chrF", arm, "", in, func() stats.Estimate {
		return stats.MeanWithin(s.samples(s.answered(of, arm, in, closer)), 0, 1, records.Level)
	})
}

// closer is a win by the scores against the reference answer.
func closer(e *record.Evaluation) (float64, bool) {
	return (1 + indicator(e.Known > e.Opponent) - indicator(e.Known < e.Opponent)) / 2, e.Known >= 0
}
