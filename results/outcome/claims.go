package outcome

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Claim is a statement of the experiment's file with its verdict. N = 0 in the estimate says that nothing of the kind was measured.
type Claim struct {
	record.Claim
	Estimate stats.Estimate // of the first arm minus the second
	Verdict  stats.Verdict
	Doubted  bool // the numbers are no result, see Doubt: the verdict is then that nothing is settled
}

// Measured names the measure, and the task if it is of one.
func (c Claim) Measured() string {
	if c.Task == "" {
		return c.Measure
	}
	return c.Measure + " of " + c.Task
}

// Expected is the direction with the smallest effect of interest: "> 0 (0.01)".
func (c Claim) Expected() string {
	switch c.Direction {
	case stats.Greater:
		return fmt.Sprintf("> 0 (%g)", c.Effect)
	case stats.Less:
		return fmt.Sprintf("< 0 (%g)", c.Effect)
	}
	return fmt.Sprintf("within %g", c.Effect)
}

// contrast is what a measure compares: paired differences of two arms, and the least and the largest that one can be.
type contrast struct {
	of        func(s *Study, c record.Claim, in records.Group) []stats.Sample
	low, high float64
	table     string // whose doubts spoil it
}

// contrasts names the measures that a claim may be of.
func contrasts() map[string]contrast {
	known := map[string]contrast{
		"exact":                    {answeredBy(Which{}, exact), -1, 1, "training"},
		"win rate":                 {answeredBy(Which{}, win), -1, 1, "languages"},
		"sampled exact":            {answeredBy(Which{Sampled: true}, exact), -1, 1, "training"},
		"sampled win rate":         {answeredBy(Which{Sampled: true}, win), -1, 1, "languages"},
		"win rate at equal length": {atEqualLength, math.Inf(-1), math.Inf(1), "lengths"},
		"decisions":                {decisions, 0, 1, "pairs"},
	}
	for _, m := range Measures() {
		low, high := -1.0, 1.0
		if !m.Share {
			low, high = math.Inf(-1), math.Inf(1)
		}
		known[m.Name] = contrast{func(s *Study, c record.Claim, in records.Group) []stats.Sample {
			return s.minus(m.of(s, c.Task, c.Arm, in), m.of(s, c.Task, c.Minus, in), s.untouched(c.Minus))
		}, low, high, "tax"}
	}
	return known
}

// answeredBy compares what certain answers to the held-out prompts are worth.
func answeredBy(of Which, value func(*record.Evaluation) (float64, bool)) func(*Study, record.Claim, records.Group) []stats.Sample {
	return func(s *Study, c record.Claim, in records.Group) []stats.Sample {
		return s.minus(s.answered(of, c.Arm, in, value), s.answered(of, c.Minus, in, value), s.untouched(c.Minus))
	}
}

// atEqualLength compares win rates at equal length. The opponent has none of its own: against itself it has a half.
func atEqualLength(s *Study, c record.Claim, in records.Group) []stats.Sample {
	a := s.Lengths().controlled(c.Arm, in)
	if s.Answers == nil && c.Minus == s.Opponent {
		list := s.samples(a)
		for i := range list {
			list[i].Value -= 0.5
		}
		return list
	}
	b := s.Lengths().controlled(c.Minus, in)
	return s.minus(a, b, false)
}

// decisions are 1 for each compared pair that compressed gradients keep and exact ones drop, or the other way round, and else 0.
func decisions(s *Study, c record.Claim, in records.Group) (list []stats.Sample) {
	var prompts []string
	for i := range s.Set.Fidelity {
		if f := &s.Set.Fidelity[i]; f.Arm == c.Arm && in.Has(f.Lang) {
			list = append(list, stats.Sample{Seed: s.Outer(f.Seed), Value: indicator(f.ExactKept != f.SketchedKept)})
			prompts = append(prompts, f.Prompt)
		}
	}
	return stats.Clustered(list, prompts)
}

// Claims are the experiment's claims with their verdicts, in the order of its file. The verdicts are given together ([stats.Verdicts]): the
// chance that even one is wrong is at most 5 %.
func (s *Study) Claims() []Claim { return s.claims() }

func (s *Study) answerClaims() []Claim {
	known := contrasts()
	list := make([]Claim, len(s.Study.Claims))
	answers := make([]stats.Answer, len(list))
	for i, c := range s.Study.Claims {
		in, _ := s.Find(c.Group) // the records were checked
		of := known[c.Measure]
		answers[i] = stats.Claim{Direction: c.Direction, Effect: c.Effect, Low: of.low, High: of.high}.Answer(of.of(s, c, in))
		list[i] = Claim{Claim: c, Estimate: answers[i].Estimate, Doubted: s.Doubted(of.table, c.Arm, c.Minus)}
	}
	for i, v := range stats.Verdicts(answers, 1-records.Level) {
		list[i].Verdict = v
		if list[i].Doubted {
			list[i].Verdict = stats.NotSettled
		}
	}
	return list
}

// checkClaims reports claims that nothing can answer.
func (s *Study) checkClaims() error {
	known := contrasts()
	var faults []error
	for i, c := range s.Study.Claims {
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("study: claim %d: %s", i+1, fmt.Sprintf(format, args...)))
		}
		if known[c.Measure].of == nil {
			fault("no measure is called %q", c.Measure)
		}
		if _, ok := s.Find(c.Group); !ok {
			fault("no group or language is called %q", c.Group)
		}
		if !slices.Contains([]string{stats.Greater, stats.Less, stats.Within}, c.Direction) {
			fault("no direction is called %q", c.Direction)
		}
		for _, arm := range []string{c.Arm, c.Minus} {
			if arm != "" && s.Arm(arm) == nil {
				fault("the study has no arm %q", arm)
			}
		}
		if !(c.Effect > 0) || math.IsInf(c.Effect, 0) {
			fault("the smallest effect of interest is %g; want a positive number", c.Effect)
		}
	}
	return errors.Join(faults...)
}
