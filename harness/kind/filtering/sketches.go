package filtering

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// sketch hands the pairs' sketched gradients to add: all at once where they fit into the memory given to them, else stretch
// by stretch of their numbers, going over all pairs for each. Passes over the numbers and not over the pairs, which two
// would do for, since the sums over pairs then run in the same order and come out the same to the last bit.
//
// Sketches that were handed over at once stay at hand under the key of their gradients stage, for the selection that follows.
func (r Round) sketch(ctx context.Context, d *stage.Desk, b *bench.Bench, key stage.Ref, m material, add func([][]float32) error) error {
	if list := b.Sketches.Find(key); list != nil {
		return add(list)
	}
	w, release, err := b.Policy(d.Shelf, r.Policy)
	if err != nil {
		return err
	}
	defer release()
	d.Expect(len(m.units) * Passes(b.SketchBytes, len(m.units), sketch.Numbers(b.Engine.Config, r.Sketch)))
	b.Sketches.MakeRoom(max(1, b.AtOnce))
	whole, err := r.sketched(ctx, d, b, w, m, add)
	if err == nil && whole != nil {
		b.Sketches.Keep(key, whole)
	}
	return err
}

// sketched hands the sketched gradients to add, as sketch does. It returns them where they were handed over at once.
func (r Round) sketched(ctx context.Context, line stage.Line, b *bench.Bench, w *nn.Weights, m material, add func([][]float32) error) ([][]float32, error) {
	sketcher, err := b.Engine.NewSketcher(sketch.Projections(b.Engine.Config, r.Sketch, r.Seed, r.name()))
	if err != nil {
		return nil, err
	}
	defer sketcher.Free()
	hash := sketch.Hash(b.Engine.Config, r.Sketch, r.Seed, r.name())
	numbers := sketch.Numbers(b.Engine.Config, r.Sketch)
	each := stretch(b.SketchBytes, len(m.units), numbers)
	list := make([][]float32, len(m.units))
	for from := 0; from < numbers; from += each {
		to := min(from+each, numbers)
		err := batches(ctx, line, train.Apart(m.units, r.Batch), m.units, func(batch *nn.Batch, pairs []int) error {
			target := nn.Preference{Loss: r.Loss}
			for _, i := range pairs {
				target.Reference = append(target.Reference, m.margins[i])
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
	if each < numbers {
		return nil, nil
	}
	return list, nil
}

// batches calls f on the device's batches of units, one after the other, and tells it which units each holds.
func batches(ctx context.Context, line stage.Line, blocks []train.Block, units [][]nn.Row, f func(b *nn.Batch, units []int) error) error {
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
		line.Advance(len(block.Units), 0)
	}
	return nil
}

// stretch is how many numbers of every pair's sketch fit into so many bytes at a time, one at least.
func stretch(bytes, pairs, numbers int) int { return max(1, min(numbers, bytes/(4*max(1, pairs)))) }

// Passes is how often scoring goes over the pairs, so that their sketches fit into so many bytes at a time.
func Passes(bytes, pairs, numbers int) int {
	each := stretch(bytes, pairs, numbers)
	return (numbers + each - 1) / each
}
