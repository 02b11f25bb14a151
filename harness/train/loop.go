package train

import (
	"context"
	"fmt"

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
}

// Steps is the number of optimiser steps over n pairs.
func (s Settings) Steps(n int) int { return s.Epochs * ((n + s.BatchPairs - 1) / s.BatchPairs) }

// Pairs trains on pairs in an order that is a function of (seed, round, epoch), starting behind the steps that the
// trainer has done. after is called behind every step and may stop the run by returning an error.
func Pairs(ctx context.Context, t *nn.Trainer, done int, pairs []Pair, s Settings, seed uint64, round string, after func(Step) error) error {
	steps := s.Steps(len(pairs))
	for step := done + 1; step <= steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate, err := s.Schedule.Rate(step, steps)
		if err != nil {
			return fmt.Errorf("training step %d: %w", step, err)
		}
		made, err := pairStep(t, pick(pairs, s.BatchPairs, s.Temperature, step, seed, round), s, min(s.BatchPairs, len(pairs)), rate)
		if err != nil {
			return fmt.Errorf("training step %d of %d: %w", step, steps, err)
		}
		made.Step = step
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

// pairStep accumulates the gradient of the mean loss over the pairs, in as many blocks as the device needs, and applies
// it. All steps are padded to the size of a full one, so that they share a program.
func pairStep(t *nn.Trainer, pairs []Pair, s Settings, full int, rate float64) (Step, error) {
	step := Step{Rate: rate, Pairs: len(pairs)}
	units := make([][]nn.Row, len(pairs))
	longest, span := 0, 0
	for i, p := range pairs {
		units[i] = []nn.Row{p.Chosen, p.Rejected}
		l, n := extent(units[i])
		longest, span = max(longest, l), max(span, n)
		step.Tokens += p.Chosen.Len() + p.Rejected.Len()
	}
	rows := min(2*full, max(2, s.Tokens/nn.Bucket(longest)/2*2))
	for start := 0; start < len(units); start += rows / 2 {
		end := min(start+rows/2, len(units))
		block := Block{Rows: rows, Seq: nn.Bucket(longest), Span: nn.Bucket(span)}
		target := nn.Preference{Loss: s.Loss}
		for i := start; i < end; i++ {
			block.Units = append(block.Units, i)
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
		for i, u := range contributions[:end-start] {
			step.add(u, pairs[start+i], s.Loss.Beta, len(pairs))
		}
	}
	norm, err := t.Apply(rate)
	if err != nil {
		return step, err
	}
	step.GradNorm = norm
	return step, Diverged(step.Loss, norm)
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
