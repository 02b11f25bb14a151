package train

import (
	"context"
	"fmt"
	"slices"

	"congrad/harness/nn"
)

// Pair is a preference pair as the loop trains on it.
type Pair struct {
	Chosen, Rejected nn.Row
	Reference        float64 // score of chosen minus rejected under the reference, as the loss scores answers
	Language         int     // index into the study's seen languages
}

// Settings of a training run over pairs.
type Settings struct {
	Schedule   Schedule
	Epochs     int
	BatchPairs int // pairs in one optimiser step
	Tokens     int // padded tokens that the device works on at once
	Loss       nn.PreferenceLoss
	Adam       nn.AdamW
	Surgery    *Surgery // combines the gradients of the languages; nil takes the gradient of the batch
	// Temperature of sampling languages; 1 or 0 meets every pair once an epoch.
	Temperature float64
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
	Surgery          Combined
}

// Steps is the number of optimiser steps over n pairs.
func (s Settings) Steps(n int) int { return s.Epochs * ((n + s.BatchPairs - 1) / s.BatchPairs) }

// Pairs trains on pairs in an order that is a function of (seed, round, epoch), starting behind the steps that the
// trainer has done. after is called behind every step and may stop the run by returning an error.
func Pairs(ctx context.Context, t *nn.Trainer, done int, pairs []Pair, s Settings, seed uint64, round string, after func(Step) error) error {
	steps := s.Steps(len(pairs))
	var surgeon *surgeon
	if s.Surgery != nil && done < steps {
		surgeon = s.newSurgeon(t, pairs, seed, round)
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
		batch := pick(pairs, s.BatchPairs, s.Temperature, step, seed, round)
		made := Step{Step: step, Rate: rate, Pairs: len(batch)}
		if surgeon != nil {
			err = surgeon.accumulate(batch, &made)
		} else {
			err = s.accumulate(t, batch, all(batch), min(s.BatchPairs, len(pairs)), 1/float64(len(batch)), &made)
		}
		if err == nil {
			err = made.apply(t)
		}
		if err != nil {
			return fmt.Errorf("training step %d of %d: %w", step, steps, err)
		}
		if err := after(made); err != nil {
			return err
		}
	}
	return nil
}

// pick returns the pairs of a step: the n-th cut of its epoch's order.
func pick(pairs []Pair, size int, temperature float64, step int, seed uint64, round string) []Pair {
	perEpoch := (len(pairs) + size - 1) / size
	epoch, at := (step-1)/perEpoch, (step-1)%perEpoch
	language := make([]int, len(pairs))
	for i, p := range pairs {
		language[i] = p.Language
	}
	var batch []Pair
	for _, i := range order(language, temperature, orderStream(seed, round, epoch))[at*size : min((at+1)*size, len(pairs))] {
		batch = append(batch, pairs[i])
	}
	return batch
}

// all are the indices of a batch's pairs.
func all(batch []Pair) []int {
	list := make([]int, len(batch))
	for i := range list {
		list[i] = i
	}
	return list
}

// accumulate adds the gradient of Σ weight·loss over some of the batch's pairs to the trainer's, in blocks of so many pairs
// at once, or of as many as the device takes, and enters the pairs into the step. Every block is padded to that number and
// to the batch's longest answers, so that all share a program.
func (s Settings) accumulate(t *nn.Trainer, batch []Pair, some []int, atOnce int, weight float64, step *Step) error {
	units := make([][]nn.Row, len(batch))
	longest, span := 0, 0
	for i, p := range batch {
		units[i] = []nn.Row{p.Chosen, p.Rejected}
		l, n := extent(units[i])
		longest, span = max(longest, l), max(span, n)
	}
	seq := nn.Bucket(longest)
	rows := min(2*atOnce, max(2, s.Tokens/seq/2*2))
	for members := range slices.Chunk(some, rows/2) {
		target := nn.Preference{Loss: s.Loss}
		for _, i := range members {
			target.Reference = append(target.Reference, batch[i].Reference)
			target.Weight = append(target.Weight, weight)
		}
		laidOut, err := Block{Units: members, Rows: rows, Seq: seq, Span: nn.Bucket(span)}.Batch(units)
		if err != nil {
			return err
		}
		contributions, err := t.Accumulate(laidOut, target)
		if err != nil {
			return err
		}
		for k, i := range members {
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

// add enters one pair into the step's means. The margin is that of the implicit rewards in the loss's own measure, β·Δ: of sums,
// of means per token or of what LD-DPO counts, less the reference's but for SimPO, whose reward knows none. Length penalty
// and target margin are no part of it: they say what margin is wanted.
func (s *Step) add(u nn.Unit, p Pair, beta float64) {
	n := s.Pairs
	s.Tokens += p.Chosen.Len() + p.Rejected.Len()
	margin := beta * (u.Score[0] - u.Score[1] - p.Reference)
	s.Loss += u.Loss / float64(n)
	s.Margin += margin / float64(n)
	s.Chosen += u.LogP[0] / float64(n)
	s.Rejected += u.LogP[1] / float64(n)
	if margin > 0 {
		s.Accuracy += 1 / float64(n)
	}
}
