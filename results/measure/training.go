package measure

import (
	"congrad/harness/record"
	"congrad/results/records"
)

// Reading is one quantity of a training step.
type Reading struct {
	Name string
	Of   func(*record.Step) float64
}

// Readings are what the training curves show, in display order.
func Readings() []Reading {
	return []Reading{
		{"loss", func(s *record.Step) float64 { return s.Loss }},
		{"margin", func(s *record.Step) float64 { return s.Margin }},
		{"log-probability of chosen", func(s *record.Step) float64 { return s.Chosen }},
		{"log-probability of rejected", func(s *record.Step) float64 { return s.Rejected }},
	}
}

// Budget is what training an arm took in one iteration, mean over seeds.
type Budget struct {
	Arm                      string
	Iteration, Seeds         int
	Steps, Pairs, Tokens     float64
	LossFirst, LossLast      float64 // mean over the first and the last tenth of the steps
	AccuracyLast, MarginLast float64 // share of pairs with a positive margin, mean margin; over the last tenth
}

// Budgets lists arms and iterations with steps, in the study's order.
func Budgets(s *records.Study) []Budget {
	var list []Budget
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if b := budget(s, a.Name, i); b.Seeds > 0 {
				list = append(list, b)
			}
		}
	}
	return list
}

func budget(s *records.Study, arm string, iteration int) Budget {
	b := Budget{Arm: arm, Iteration: iteration}
	for _, r := range runs(s, arm, iteration) {
		b.Seeds++
		for _, steps := range r {
			b.Steps += float64(len(steps))
			for _, r := range steps {
				b.Pairs += float64(r.Pairs)
				b.Tokens += float64(r.Tokens)
			}
		}
		tenth := func(steps []*record.Step) int { return max(1, len(steps)/10) }
		first := func(steps []*record.Step) []*record.Step { return steps[:tenth(steps)] }
		last := func(steps []*record.Step) []*record.Step { return steps[len(steps)-tenth(steps):] }
		b.LossFirst += r.average(first, func(r *record.Step) float64 { return r.Loss })
		b.LossLast += r.average(last, func(r *record.Step) float64 { return r.Loss })
		b.AccuracyLast += r.average(last, func(r *record.Step) float64 { return r.Accuracy })
		b.MarginLast += r.average(last, func(r *record.Step) float64 { return r.Margin })
	}
	if n := float64(b.Seeds); n > 0 {
		for _, v := range []*float64{&b.Steps, &b.Pairs, &b.Tokens, &b.LossFirst, &b.LossLast, &b.AccuracyLast, &b.MarginLast} {
			*v /= n
		}
	}
	return b
}

// run is an arm's iteration under one seed: the steps of each model that was trained, one as a rule.
type run [][]*record.Step

// runs are the runs of an arm's iteration, one for each seed.
func runs(s *records.Study, arm string, iteration int) []run {
	var runs []run
	var last *record.Step
	for i := range s.Set.Steps {
		r := &s.Set.Steps[i]
		if r.Arm != arm || r.Iteration != iteration {
			continue
		}
		if last == nil || last.Seed != r.Seed {
			runs = append(runs, nil)
		}
		of := &runs[len(runs)-1]
		if last == nil || last.Seed != r.Seed || last.Lang != r.Lang {
			*of = append(*of, nil)
		}
		(*of)[len(*of)-1] = append((*of)[len(*of)-1], r)
		last = r
	}
	return runs
}

// average is the mean over some of each model's steps, and over the models.
func (r run) average(some func([]*record.Step) []*record.Step, of func(*record.Step) float64) float64 {
	sum := 0.0
	for _, steps := range r {
		sum += average(some(steps), of)
	}
	return sum / float64(len(r))
}

func average(steps []*record.Step, of func(*record.Step) float64) float64 {
	sum := 0.0
	for _, r := range steps {
		sum += of(r)
	}
	return sum / float64(len(steps))
}

// Curve is a reading of one arm along training: the mean over seeds and the range that the seeds span.
type Curve struct {
	Arm string
	// At is the number of optimiser steps before the middle of a stretch, over all iterations; of several models, per model.
	At, Mean, Low, High []float64
	Breaks              []int   // where a new iteration begins
	Steps               float64 // of the whole training: mean over seeds
}

// Curves reads every arm with steps. Each iteration is cut into at most bins stretches, within which steps are averaged:
// single batches are too noisy to compare by eye, and arms take different numbers of steps.
func Curves(s *records.Study, of Reading, bins int) []Curve {
	var list []Curve
	for _, a := range s.Arms {
		c := Curve{Arm: a.Name}
		for i := 1; i <= s.LastIteration; i++ {
			runs := runs(s, a.Name, i)
			if len(runs) == 0 {
				continue
			}
			c.Breaks = append(c.Breaks, len(c.At))
			c.add(runs, bins, of)
		}
		if len(c.At) > 0 {
			list = append(list, c)
		}
	}
	return list
}

func (c *Curve) add(runs []run, bins int, of Reading) {
	length := 0.0
	for _, r := range runs {
		for _, steps := range r {
			bins = min(bins, len(steps))
			length += float64(len(steps)) / float64(len(r)*len(runs))
		}
	}
	for b := range bins {
		mean, low, high := 0.0, 0.0, 0.0
		for k, r := range runs {
			v := r.average(func(steps []*record.Step) []*record.Step { return steps[b*len(steps)/bins : (b+1)*len(steps)/bins] }, of.Of)
			mean += v
			if k == 0 {
				low, high = v, v
			}
			low, high = min(low, v), max(high, v)
		}
		c.At = append(c.At, c.Steps+(float64(b)+0.5)/float64(bins)*length)
		c.Mean = append(c.Mean, mean/float64(len(runs)))
		c.Low, c.High = append(c.Low, low), append(c.High, high)
	}
	c.Steps += length
}
