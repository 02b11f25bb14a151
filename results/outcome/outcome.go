package outcome

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/results/records"
)

// outcome is the value of an arm on an item, under a seed: items are what two arms are compared on, each one prompt, choice or passage.
type outcome struct {
	seed uint64
	place
	value, weight float64
}

// samples are outcomes as the statistics want them.
func (s *Study) samples(outcomes []outcome) []stats.Sample {
	list := make([]stats.Sample, len(outcomes))
	for i, o := range outcomes {
		list[i] = stats.Sample{Seed: s.Outer(o.seed), Cluster: o.cluster, Value: o.value, Weight: o.weight}
	}
	return list
}

// minus pairs what two arms did on the same items. Items that only one of them has are left out. An untrained arm has no
// training run, so where one of its seeds is missing, what it did under another seed of the same model is used.
func (s *Study) minus(a, b []outcome, untouched bool) []stats.Sample {
	under := itemsOf(b)
	list := make([]stats.Sample, 0, len(a))
	for _, o := range a {
		value, ok := under.at(o.seed, o.item)
		if !ok && untouched {
			value, ok = under.first(o.item, s.sharesModel(o.seed))
		}
		if ok {
			list = append(list, stats.Sample{Seed: s.Outer(o.seed), Cluster: o.cluster, Value: o.value - value, Weight: o.weight})
		}
	}
	return list
}

func (s *Study) evaluated(arm string, in records.Group, value func(*record.Evaluation) (float64, bool)) []outcome {
	return s.answered(Which{}, arm, in, value)
}

// answered are the values of certain answers of an arm; none if it has no model for some language of the group.
func (s *Study) answered(of Which, arm string, in records.Group, value func(*record.Evaluation) (float64, bool)) []outcome {
	if !s.Covers(arm, in) {
		return nil
	}
	return outcomes(s.taken(of, arm), in, func(e evaluation) (outcome, bool) {
		v, ok := value(e.Evaluation)
		return outcomeOf(e, v), ok && (of.Kind == "" || s.kind(e.Evaluation) == of.Kind)
	})
}

// outcomes are those of records in a group's languages.
func outcomes[R any](list *listed[R], in records.Group, of func(R) (outcome, bool)) []outcome {
	n := 0
	for stretch := range list.in(in) {
		n += len(stretch)
	}
	o := make([]outcome, 0, n)
	for stretch := range list.in(in) {
		for _, r := range stretch {
			if x, ok := of(r); ok {
				o = append(o, x)
			}
		}
	}
	return o
}

func outcomeOf(e evaluation, value float64) outcome { return outcome{e.Seed, e.place, value, 1} }

func win(e *record.Evaluation) (float64, bool) { return e.Win, true }

func exact(e *record.Evaluation) (float64, bool) { return indicator(e.Known == 1), e.Known >= 0 }

func tokens(e *record.Evaluation) (float64, bool) { return float64(e.Tokens), true }

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// WinRate is the share of held-out prompts on which the arm's greedy answer beats the opponent's, ties counting half.
func (s *Study) WinRate(arm string, in records.Group) stats.Estimate {
	return s.WinRateOf(Which{}, arm, in)
}

// WinsMinus is the paired difference of two arms' win rates: same prompts, same seeds, same opponent.
func (s *Study) WinsMinus(arm, reference string, in records.Group) stats.Estimate {
	return s.WinsMinusOf(Which{}, arm, reference, in)
}

// WinsMinusDraw is the win rate less a half. Its P decides whether the win rate is significantly different from a draw: an interval
// of few clusters that came out alike may exclude a half, which as many flipped coins do too.
func (s *Study) WinsMinusDraw(arm string, in records.Group) stats.Estimate {
	return s.once("win rate less a half", arm, "", in, func() stats.Estimate {
		list := s.samples(s.evaluated(arm, in, win))
		for i := range list {
			list[i].Value -= 0.5
		}
		return stats.MeanWithin(list, -0.5, 0.5, records.Level)
	})
}

// replicates of every bootstrap in a report.
const replicates = 2000

// WinRateBootstrap is WinRate with the interval of a bootstrap that resamples clusters of prompts, and seeds as the outer
// level.
func (s *Study) WinRateBootstrap(arm string, in records.Group) stats.Estimate {
	return stats.Bootstrap(s.samples(s.evaluated(arm, in, win)), rng.Stream(0, "bootstrap of win rates", in.Name), replicates, records.Level)
}

// WinsMinusBootstrap is WinsMinus with the interval of such a bootstrap, paired.
func (s *Study) WinsMinusBootstrap(arm, reference string, in records.Group) stats.Estimate {
	paired := s.minus(s.evaluated(arm, in, win), s.evaluated(reference, in, win), s.untouched(reference))
	return stats.Bootstrap(paired, rng.Stream(0, "bootstrap of differences", in.Name), replicates, records.Level)
}

// Exact is the share of greedy answers that are the known one, among prompts with a known answer.
func (s *Study) Exact(arm string, in records.Group) stats.Estimate {
	return s.ExactOf(Which{}, arm, in)
}

// Length is the mean number of tokens of the greedy answers.
func (s *Study) Length(arm string, in records.Group) stats.Estimate {
	return s.once("tokens", arm, "", in, func() stats.Estimate {
		return stats.Mean(s.samples(s.evaluated(arm, in, tokens)), records.Level)
	})
}

// sharesModel tells the seeds that start from the same model as one: under these an untrained arm is the same.
func (s *Study) sharesModel(seed uint64) func(uint64) bool {
	return func(other uint64) bool { return s.Start(other) == s.Start(seed) }
}

func (s *Study) untouched(arm string) bool {
	a := s.Arm(arm)
	return a != nil && !a.Trained
}

// Prompts counts what the evaluation consists of: different prompts (in their languages) and clusters of them.
func (s *Study) Prompts() (prompts, clusters int) {
	p, c := make([]bool, len(s.places.items)), make([]bool, len(s.places.clusters))
	for _, list := range s.evaluations {
		for _, e := range list.all {
			prompts += count(&p[e.item])
			clusters += count(&c[e.cluster])
		}
	}
	return prompts, clusters
}

// count is 1 the first time that something is met.
func count(met *bool) int {
	if *met {
		return 0
	}
	*met = true
	return 1
}
