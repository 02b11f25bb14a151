package run

import (
	"context"

	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/train"
)

// sketch hands the pairs' sketched gradients to add: all at once where they fit into the memory given to them, else stretch
// by stretch of their numbers, going over all pairs for each. Passes over the numbers and not over the pairs, which two
// would do for, since the sums over pairs then run in the same order and come out the same to the last bit.
//
// Sketches that were handed over at once stay in memory for the selection that follows; they are too large for the store
// and quickly made again.
func (e *Env) sketch(ctx context.Context, stage, policy, pairs, reference *Stage, s gradientSettings, add func([][]float32) error) error {
	if e.sketches.key == stage.Key {
		return add(e.sketches.list)
	}
	units, err := e.pairRows(pairs)
	if err != nil {
		return err
	}
	margins, err := e.margins(reference, s.Loss)
	if err != nil {
		return err
	}
	w, err := e.policy(policy)
	if err != nil {
		return err
	}
	stage.Size = len(units) * s.passes(len(units), sketch.Numbers(e.Engine.Config, s.Sketch))
	e.sketches.key, e.sketches.list = "", nil // so that two rounds' sketches never stand in memory together
	whole, err := e.sketchesOf(ctx, w, units, margins, s, add)
	if err == nil && whole != nil {
		e.sketches.key, e.sketches.list = stage.Key, whole
	}
	return err
}

// sketchesOf hands the sketched gradients of pairs [n][2 rows] to add, as sketch does, given the reference's margins [n]. It
// returns them where they were handed over at once.
func (e *Env) sketchesOf(ctx context.Context, w *nn.Weights, units [][]nn.Row, margins []float64, s gradientSettings, add func([][]float32) error) ([][]float32, error) {
	sketcher, err := e.Engine.NewSketcher(sketch.Projections(e.Engine.Config, s.Sketch, s.Seed, s.Round))
	if err != nil {
		return nil, err
	}
	defer sketcher.Free()
	hash := sketch.Hash(e.Engine.Config, s.Sketch, s.Seed, s.Round)
	numbers := sketch.Numbers(e.Engine.Config, s.Sketch)
	stretch := s.stretch(len(units), numbers)
	list := make([][]float32, len(units))
	for from := 0; from < numbers; from += stretch {
		to := min(from+stretch, numbers)
		err := e.batches(ctx, train.Blocks(units, 2, s.Tokens), units, func(batch *nn.Batch, pairs []int) error {
			target := nn.Preference{Loss: lossOf(s.Loss)}
			for _, i := range pairs {
				target.Reference = append(target.Reference, margins[i])
			}
			sketches, err := sketcher.Gradients(w, batch, target)
			if err != nil {
				return err
			}
			for k, i := range pairs {
				list[i] = append(list[i][:0], hash(sketches[k])[from:to]...) // what is padding, or not of this pass, is let go
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if err := add(list); err != nil {
			return nil, err
		}
	}
	if stretch < numbers {
		return nil, nil
	}
	return list, nil
}

// batches calls f on the device's batches of units, one after the other, and tells it which units each holds.
func (e *Env) batches(ctx context.Context, blocks []train.Block, units [][]nn.Row, f func(b *nn.Batch, units []int) error) error {
	for _, block := range blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return err
		}
		if err := f(batch, block.Units); err != nil {
			return err
		}
		e.Report.Advance(len(block.Units), 0)
	}
	return nil
}

// stretch is how many numbers of every pair's sketch fit into the memory at a time, one at least.
func (s gradientSettings) stretch(pairs, numbers int) int {
	return max(1, min(numbers, s.Memory/(4*max(1, pairs))))
}

// passes is how often scoring goes over the pairs.
func (s gradientSettings) passes(pairs, numbers int) int {
	stretch := s.stretch(pairs, numbers)
	return (numbers + stretch - 1) / stretch
}
