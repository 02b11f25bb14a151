package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"congrad/harness/loss"
	"congrad/harness/nn"
)

// Pair is a preference pair as the loop trains on it.
type Pair struct {
	Chosen, Rejected nn.Row
	Reference        float64 // score of chosen minus rejected under the reference, as the loss scores answers
	Language         int     // index into the study's seen languages
	Weight           float64 // in the step's mean; 0 is 1
}

// weight is that in the step's mean.
func (p Pair) weight() float64 {
	if p.Weight == 0 {
		return 1
	}
	return p.Weight
}

// total is the weight of all pairs: their number if all weigh 1.
func total(pairs []Pair) (sum float64) {
	for _, p := range pairs {
		sum += p.weight()
	}
	return sum
}

// Settings of a training run over pairs.
type Settings struct {
	Schedule   Schedule
	Epochs     int
	Total      int // optimiser steps: epochs are repeated or cut to as many; 0 takes the epochs
	BatchPairs int // pairs in one optimiser step
	Tokens     int // padded tokens that the device works on at once
	Loss       loss.Loss
	Adam       nn.AdamW
	Surgery    *Surgery // combines the gradients of the languages; nil takes the gradient of the batch
	// Temperature of sampling languages; 1 or 0 meets every pair once an epoch.
	Temperature float64
}

// Step is what one optimiser step reports; means are over its pairs, by their weights.
type Step struct {
	Step             int
	Loss             float64
	Accuracy         float64 // share of pairs with a positive margin
	Margin           float64 // of the implicit rewards, see add
	Chosen, Rejected float64 // summed log-probs
	GradNorm         float64
	Rate             float64
	Pairs, Tokens    int // tokens without padding
	Met              int // pairs of the batch, those that a filter dropped included
	Surgery          Combined

	total float64 // weight of the pairs
}

// Steps is the number of optimiser steps over n pairs.
func (s Settings) Steps(n int) int {
	if n > 0 && s.Total > 0 {
		return s.Total
	}
	return s.Epochs * ((n + s.BatchPairs - 1) / s.BatchPairs)
}

// Filter picks from a batch, given as indices of pairs, those that the step is taken on; w are the weights that it starts from.
type Filter func(w *nn.Weights, batch []int) (kept []int, err error)

// Pairs trains on pairs in an order that is a function of (seed, round, epoch), starting behind the steps that the
// trainer has done. after is called behind every step and may stop the run by returning an error.
func Pairs(ctx context.Context, t *nn.Trainer, done int, pairs []Pair, s Settings, seed uint64, round string, after func(Step) error) error {
	return Filtered(ctx, t, done, pairs, s, seed, round, nil, after)
}

// Filtered trains as Pairs does, on what the filter keeps of each batch. Where it keeps nothing, the schedule and the order
// go on and no optimiser step is taken: after is told of a step of no pairs, which has no loss.
func Filtered(ctx context.Context, t *nn.Trainer, done int, pairs []Pair, s Settings, seed uint64, round string, filter Filter, after func(Step) error) error {
	steps := s.Steps(len(pairs))
	if done >= steps {
		return nil
	}
	course := s.course(pairs, seed, round)
	full := course.full
	var surgeon *surgeon
	if s.Surgery != nil {
		surgeon = s.newSurgeon(t, course, pairs, seed, round)
		defer surgeon.stack.Free()
	}
	for step := done + 1; step <= steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate, err := s.Schedule.Rate(step, steps)
		if err != nil {
			return fmt.Errorf("training step %d: %w", step, err)
		}
		batch := batchOf(pairs, s, step, seed, round)
		kept, room := batch, full
		if filter != nil {
			if kept, err = filter(t.Weights(), batch); err != nil {
				return fmt.Errorf("filtering the batch of training step %d of %d: %w", step, steps, err)
			}
			room = roomFor(len(kept), len(batch), full)
		}
		made := Step{Step: step, Rate: rate, Met: len(batch), Pairs: len(kept)}
		if len(kept) > 0 {
			if surgeon != nil {
				err = surgeon.accumulate(pick(pairs, kept), &made)
			} else {
				made.total = total(pick(pairs, kept))
				err = s.accumulate(t, pick(pairs, kept), all(len(kept)), course.room(room), 1/made.total, &made)
			}
			if err == nil {
				err = Finite(t, made.Loss)
			}
			if err == nil {
				err = made.apply(t)
			}
			var spoiled *Divergence
			if errors.As(err, &spoiled) {
				spoiled.Step, spoiled.Batch = step, kept
			}
			if err != nil {
				return fmt.Errorf("training step %d of %d: %w", step, steps, err)
			}
		}
		if err := after(made); err != nil {
			return err
		}
	}
	return nil
}

// roomFor is the size to which a step on the kept pairs of a batch is padded: that of a full step, halved while they fit. So
// there are few programs and little padding, and a batch that is kept whole runs as it would without a filter.
func roomFor(kept, batch, full int) int {
	for kept < batch && (full+1)/2 >= max(1, kept) && full > 1 {
		full = (full + 1) / 2
	}
	return full
}

// batchOf lists the pairs of a step.
func batchOf(pairs []Pair, s Settings, step int, seed uint64, round string) []int {
	perEpoch := (len(pairs) + s.BatchPairs - 1) / s.BatchPairs
	return batchesOf(pairs, s, (step-1)/perEpoch, seed, round)[(step-1)%perEpoch]
}

// batchesOf cuts an epoch's order into its steps.
func batchesOf(pairs []Pair, s Settings, epoch int, seed uint64, round string) [][]int {
	language := make([]int, len(pairs))
	for i, p := range pairs {
		language[i] = p.Language
	}
	return slices.Collect(slices.Chunk(order(language, s.Temperature, orderStream(seed, round, epoch)), s.BatchPairs))
}

// accumulate adds the gradient of Σ scale·weight·loss over some of the batch's pairs to the trainer's, in blocks of
// the given layout, and enters the pairs into the step.
func (s Settings) accumulate(t *nn.Trainer, batch []Pair, some []int, l Layout, scale float64, step *Step) error {
	units := Units(batch)
	for _, block := range l.Cut(units, some) {
		target := nn.Preference{Loss: s.Loss}
		for _, i := range block.Units {
			target.Reference = append(target.Reference, batch[i].Reference)
			target.Weight = append(target.Weight, scale*batch[i].weight())
		}
		laidOut, err := block.Batch(units)
		if err != nil {
			return err
		}
		contributions, err := t.Accumulate(laidOut, target)
		if err != nil {
			return err
		}
		for k, i := range block.Units {
			step.add(contributions[k], batch[i], s.Loss.Beta)
		}
	}
	return nil
}

// apply takes the optimiser's step with what was accumulated.
func (s *Step) apply(t *nn.Trainer) (err error) {
	if s.GradNorm, err = t.Apply(s.Rate); err != nil {
		return err
	}
	return Diverged(s.Loss, s.GradNorm)
}

// Units are the rows of pairs.
func Units(pairs []Pair) [][]nn.Row {
	units := make([][]nn.Row, len(pairs))
	for i, p := range pairs {
		units[i] = []nn.Row{p.Chosen, p.Rejected}
	}
	return units
}

// add enters one pair into the step's means. The margin is that of the implicit rewards in the loss's own measure, β·Δ: of sums,
// of means per token or of what LD-DPO counts, less the reference's but for SimPO, whose reward knows none. Length penalty
// and target margin are no part of it: they say what margin is wanted.
func (s *Step) add(u nn.Unit, p Pair, beta float64) {
	w := p.weight()
	s.Tokens += nn.Length([]nn.Row{p.Chosen, p.Rejected})
	margin := beta * (u.Score[0] - u.Score[1] - p.Reference)
	s.Loss += w * u.Loss / s.total
	s.Margin += w * margin / s.total
	s.Chosen += w * u.LogP[0] / s.total
	s.Rejected += w * u.LogP[1] / s.total
	if margin > 0 {
		s.Accuracy += w / s.total
	}
}
