package train

import (
	"context"
	"fmt"
	"strconv"

	"congrad/harness/nn"
	"congrad/harness/rng"
)

// Pair is a preference pair as the loop trains on it.
type Pair struct {
	Chosen, Rejected nn.Row
	Reference        float64 // score of chosen minus rejected under the reference, as the loss scores answers
	Language         int     // index, for a filter
}

// Settings of a training run over pairs.
type Settings struct {
	Schedule   Schedule
	Epochs     int
	BatchPairs int // pairs in one optimiser step
	Tokens     int // padded tokens that the device works on at once
	Loss       nn.PreferenceLoss
	Adam       nn.AdamW
}

// Step is what one optimiser step reports; means are over its pairs.
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
}

// Steps is the number of optimiser steps over n pairs.
func (s Settings) Steps(n int) int { return s.Epochs * ((n + s.BatchPairs - 1) / s.BatchPairs) }

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
	steps, full := s.Steps(len(pairs)), min(s.BatchPairs, len(pairs))
	for step := done + 1; step <= steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate, err := s.Schedule.Rate(step, steps)
		if err != nil {
			return fmt.Errorf("training step %d: %w", step, err)
		}
		batch := order(len(pairs), s.BatchPairs, step, seed, round)
		kept, room := batch, full
		if filter != nil {
			if kept, err = filter(t.Weights(), batch); err != nil {
				return fmt.Errorf("filtering the batch of training step %d of %d: %w", step, steps, err)
			}
			room = roomFor(len(kept), len(batch), full)
		}
		made := Step{Rate: rate}
		if len(kept) > 0 {
			if made, err = pairStep(t, pick(pairs, kept), s, room, rate); err != nil {
				return fmt.Errorf("training step %d of %d: %w", step, steps, err)
			}
		}
		made.Step, made.Met = step, len(batch)
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

// order lists the pairs of a step: the n-th cut of its epoch's permutation.
func order(pairs, size, step int, seed uint64, round string) []int {
	perEpoch := (pairs + size - 1) / size
	epoch, at := (step-1)/perEpoch, (step-1)%perEpoch
	return rng.Stream(seed, "training order", round, strconv.Itoa(epoch)).Perm(pairs)[at*size : min((at+1)*size, pairs)]
}

func pick(pairs []Pair, at []int) []Pair {
	list := make([]Pair, len(at))
	for k, i := range at {
		list[k] = pairs[i]
	}
	return list
}

// pairStep accumulates the gradient of the mean loss over the pairs, in as many blocks as the device needs, and applies
// it. All steps are padded to the size of a full one, so that they share a program.
func pairStep(t *nn.Trainer, pairs []Pair, s Settings, full int, rate float64) (Step, error) {
	step := Step{Rate: rate, Pairs: len(pairs)}
	units := unitsOf(pairs)
	for _, p := range pairs {
		step.Tokens += p.Chosen.Len() + p.Rejected.Len()
	}
	for _, block := range cut(units, full, s.Tokens) {
		target := nn.Preference{Loss: s.Loss}
		for _, i := range block.Units {
			target.Reference = append(target.Reference, pairs[i].Reference)
			target.Weight = append(target.Weight, 1/float64(len(pairs)))
		}
		batch, err := block.Batch(units)
		if err != nil {
			return step, err
		}
		contributions, err := t.Accumulate(batch, target)
		if err != nil {
			return step, err
		}
		for k, i := range block.Units {
			step.add(contributions[k], pairs[i], s.Loss.Beta, len(pairs))
		}
	}
	norm, err := t.Apply(rate)
	if err != nil {
		return step, err
	}
	step.GradNorm = norm
	return step, Diverged(step.Loss, norm)
}

// unitsOf are the rows of pairs.
func unitsOf(pairs []Pair) [][]nn.Row {
	units := make([][]nn.Row, len(pairs))
	for i, p := range pairs {
		units[i] = []nn.Row{p.Chosen, p.Rejected}
	}
	return units
}

// cut divides a step's pairs, in their order, into blocks of one size: that of full pairs, as far as so many tokens allow.
func cut(units [][]nn.Row, full, tokens int) []Block {
	longest, span := 0, 0
	for _, rows := range units {
		l, n := extent(rows)
		longest, span = max(longest, l), max(span, n)
	}
	rows := min(2*full, max(2, tokens/nn.Bucket(longest)/2*2))
	var blocks []Block
	for start := 0; start < len(units); start += rows / 2 {
		b := Block{Rows: rows, Seq: nn.Bucket(longest), Span: nn.Bucket(span)}
		for i := start; i < min(start+rows/2, len(units)); i++ {
			b.Units = append(b.Units, i)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// add enters one pair into the step's means. The margin is that of the implicit rewards in the loss's own measure, β·Δ: of sums,
// of means per token or of what LD-DPO counts, less the reference's but for SimPO, whose reward knows none. Length penalty
// and target margin are no part of it: they say what margin is wanted.
func (s *Step) add(u nn.Unit, p Pair, beta float64, n int) {
	margin := beta * (u.Score[0] - u.Score[1] - p.Reference)
	s.Loss += u.Loss / float64(n)
	s.Margin += margin / float64(n)
	s.Chosen += u.LogP[0] / float64(n)
	s.Rejected += u.LogP[1] / float64(n)
	if margin > 0 {
		s.Accuracy += 1 / float64(n)
	}
}
