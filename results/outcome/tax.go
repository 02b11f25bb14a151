package outcome

import (
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Measure is one way to read the alignment tax.
type Measure struct {
	Name   string
	Better int  // +1 when more is better, -1 when less is
	Share  bool // of items: no value is outside [0, 1]
	of     func(s *Study, task, arm string, in records.Group) []outcome
}

// Measures are the readings of the tax in display order.
func Measures() []Measure {
	return []Measure{Accuracy(), AccuracyPerByte(), AccuracyPerCharacter(), ExactMatch(), BitsPerByte()}
}

// Accuracy is the share of multiple-choice items whose right option has the highest log-likelihood.
func Accuracy() Measure {
	return Measure{"accuracy", +1, true, func(s *Study, task, arm string, in records.Group) []outcome {
		return s.chosen(task, arm, in, func(c *record.Choice) *bool { return &c.Correct })
	}}
}

// AccuracyPerByte is the same with log-likelihoods divided by the options' bytes.
func AccuracyPerByte() Measure {
	return Measure{"accuracy per byte", +1, true, func(s *Study, task, arm string, in records.Group) []outcome {
		return s.chosen(task, arm, in, func(c *record.Choice) *bool { return &c.CorrectNorm })
	}}
}

// AccuracyPerCharacter is the same with log-likelihoods divided by the options' characters, of tasks that tell it.
func AccuracyPerCharacter() Measure {
	return Measure{"accuracy per character", +1, true, func(s *Study, task, arm string, in records.Group) []outcome {
		return s.chosen(task, arm, in, func(c *record.Choice) *bool { return c.CorrectChars })
	}}
}

// ExactMatch is the share of greedy answers that are a right one.
func ExactMatch() Measure {
	return Measure{"exact match", +1, true, func(s *Study, task, arm string, in records.Group) []outcome {
		if !s.Covers(arm, in) {
			return nil
		}
		return outcomes(s.replies[arm], in, func(r reply) (outcome, bool) {
			return outcome{r.Seed, r.place, indicator(r.Exact), 1}, task == "" || r.Task == task
		})
	}}
}

// BitsPerByte is what plain text costs the model: all bits over all bytes.
func BitsPerByte() Measure {
	return Measure{"bits per byte", -1, false, func(s *Study, task, arm string, in records.Group) []outcome {
		if !s.Covers(arm, in) {
			return nil
		}
		return outcomes(s.passages[arm], in, func(p passage) (outcome, bool) {
			return outcome{p.Seed, p.place, p.Bits / float64(p.Bytes), float64(p.Bytes)}, p.Bytes > 0 && (task == "" || p.Task == task)
		})
	}}
}

// chosen are the choices by whether they were right; nil leaves one out.
func (s *Study) chosen(task, arm string, in records.Group, right func(*record.Choice) *bool) []outcome {
	if !s.Covers(arm, in) {
		return nil
	}
	return outcomes(s.choices[arm], in, func(c choice) (outcome, bool) {
		was := right(c.Choice)
		return outcome{c.Seed, c.place, indicator(was != nil && *was), 1}, was != nil && (task == "" || c.Task == task)
	})
}

// mean is that of values of the measure, or of differences, which may be as low as low.
func (m Measure) mean(list []stats.Sample, low float64) stats.Estimate {
	if m.Share {
		return stats.MeanWithin(list, low, 1, records.Level)
	}
	return stats.Mean(list, records.Level)
}

// Tax is a measure of an arm on a task (all tasks when task is empty).
func (s *Study) Tax(m Measure, task, arm string, in records.Group) stats.Estimate {
	return s.once(m.Name+" of "+task, arm, "", in, func() stats.Estimate {
		return m.mean(s.samples(m.of(s, task, arm, in)), 0)
	})
}

// TaxMinus is the paired difference of two arms on the same items.
func (s *Study) TaxMinus(m Measure, task, arm, reference string, in records.Group) stats.Estimate {
	return s.once(m.Name+" of "+task, arm, reference, in, func() stats.Estimate {
		return m.mean(s.minus(m.of(s, task, arm, in), m.of(s, task, reference, in), s.untouched(reference)), -1)
	})
}

// TaxTasks are the tasks that have records, in the study's order and then by name.
func (s *Study) TaxTasks() []string {
	has := map[string]bool{}
	for i := range s.Set.Choices {
		has[s.Set.Choices[i].Task] = true
	}
	for i := range s.Set.Passages {
		has[s.Set.Passages[i].Task] = true
	}
	for i := range s.Set.Replies {
		has[s.Set.Replies[i].Task] = true
	}
	var tasks, rest []string
	for _, t := range s.Tasks {
		if has[t.Name] {
			tasks = append(tasks, t.Name)
			delete(has, t.Name)
		}
	}
	for t := range has {
		rest = append(rest, t)
	}
	slices.Sort(rest)
	return append(tasks, rest...)
}

// Chance is the accuracy of guessing on a task's multiple-choice items; zero when it has none.
func (s *Study) Chance(task string) float64 {
	sum, n := 0.0, 0
	for i := range s.Set.Choices {
		if c := &s.Set.Choices[i]; c.Task == task && c.Options > 0 {
			sum += 1 / float64(c.Options)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// TasksOnly reports whether the base model was scored on tasks and nothing else was done: no pairs were made.
func (s *Study) TasksOnly() bool {
	return len(s.TaxTasks()) > 0 && len(s.Trained()) == 0 && len(s.Set.Pairs)+len(s.Set.Pairing) == 0
}
