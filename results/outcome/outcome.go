package outcome

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/results/records"
)

// item is what two arms are compared on: one prompt, choice or passage, under one seed.
type item struct {
	seed           uint64
	lang, task, id string
}

// outcome is the value of an arm on an item.
type outcome struct {
	item
	cluster       string
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
	under := make(map[item]float64, len(b))
	other := map[item]float64{}
	for _, o := range b {
		under[o.item] = o.value
		if untouched {
			o.seed = s.sharing(o.seed)
			if _, ok := other[o.item]; !ok {
				other[o.item] = o.value
			}
		}
	}
	var list []stats.Sample
	for _, o := range a {
		value, ok := under[o.item]
		if !ok {
			anySeed := o.item
			anySeed.seed = s.sharing(o.seed)
			value, ok = other[anySeed]
		}
		if ok {
			list = append(list, stats.Sample{Seed: s.Outer(o.seed), Cluster: o.cluster, Value: o.value - value, Weight: o.weight})
		}
	}
	return list
}

// clusterOf falls back to the item itself, in its language, where nothing is said to be shared between languages.
func clusterOf(cluster, lang, id string) string {
	if cluster != "" {
		return cluster
	}
	return lang + "\x00" + id
}

func (s *Study) evaluated(arm string, in records.Group, value func(*record.Evaluation) (float64, bool)) []outcome {
	if !s.Covers(arm, in) {
		return nil
	}
	var o []outcome
	for _, e := range s.evaluations[arm] {
		if !in.Has(e.Lang) {
			continue
		}
		if v, ok := value(e); ok {
			o = append(o, outcomeOf(e, v))
		}
	}
	return o
}

func outcomeOf(e *record.Evaluation, value float64) outcome {
	return outcome{item{e.Seed, e.Lang, "", e.Prompt}, clusterOf(e.Cluster, e.Lang, e.Prompt), value, 1}
}

func win(e *record.Evaluation) (float64, bool) { return e.Win, true }

func exact(e *record.Evaluation) (float64, bool) { return indicator(e.Known == 1), e.Known >= 0 }

func tokens(e *record.Evaluation) (float64, bool) { return float64(e.Tokens), true }

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// WinRate is the share of held-out prompts on which the arm's answer beats the opponent's, ties counting half.
func (s *Study) WinRate(arm string, in records.Group) stats.Estimate {
	return s.once("win rate", arm, "", in, func() stats.Estimate {
		wins := s.samples(s.evaluated(arm, in, win))
		if s.Answers == nil && arm == s.Opponent {
			return stats.Mean(wins, records.Level) // against itself: a half, whatever the prompts
		}
		return stats.MeanWithin(wins, 0, 1, records.Level)
	})
}

// WinsMinus is the paired difference of two arms' win rates: same prompts, same seeds, same opponent.
func (s *Study) WinsMinus(arm, reference string, in records.Group) stats.Estimate {
	return s.once("win rate", arm, reference, in, func() stats.Estimate {
		return stats.MeanWithin(s.minus(s.evaluated(arm, in, win), s.evaluated(reference, in, win), s.untouched(reference)), -1, 1, records.Level)
	})
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
	return s.once("exact", arm, "", in, func() stats.Estimate {
		return stats.MeanWithin(s.samples(s.evaluated(arm, in, exact)), 0, 1, records.Level)
	})
}

// Length is the mean number of tokens of the greedy answers.
func (s *Study) Length(arm string, in records.Group) stats.Estimate {
	return s.once("tokens", arm, "", in, func() stats.Estimate {
		return stats.Mean(s.samples(s.evaluated(arm, in, tokens)), records.Level)
	})
}

// sharing is equal for seeds under which an untrained arm is the same: those that start from one model. It is no seed's number, or zero.
func (s *Study) sharing(seed uint64) uint64 {
	if len(s.Bases) == 0 {
		return 0
	}
	return ^s.Outer(seed)
}

func (s *Study) untouched(arm string) bool {
	a := s.Arm(arm)
	return a != nil && !a.Trained
}

// Prompts counts what the evaluation consists of: different prompts (in their languages) and clusters of them.
func (s *Study) Prompts() (prompts, clusters int) {
	p, c := map[item]bool{}, map[string]bool{}
	for i := range s.Set.Evaluations {
		e := &s.Set.Evaluations[i]
		p[item{lang: e.Lang, id: e.Prompt}] = true
		c[clusterOf(e.Cluster, e.Lang, e.Prompt)] = true
	}
	return len(p), len(c)
}
