package filtering

import (
	"context"
	"errors"
	"io"

	"congrad/harness/bench"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// sums is what sketches are added to, stretch by stretch.
type sums interface {
	Add(sketches [][]float32) error
	Sums() [][]float64 // all of its state, to be kept and filled in again
}

// sketch adds the pairs' sketched gradients to what they are summed up in: all at once where they fit into the memory given to them, else stretch
// by stretch of their numbers, going over all pairs for each. Passes over the numbers and not over the pairs, which two
// would do for, since the sums over pairs then run in the same order and come out the same to the last bit.
//
// Sketches that were handed over at once stay at hand under the key of their gradients stage, for the selection that follows.
func (r Round) sketch(ctx context.Context, d *stage.Desk, b *bench.Bench, key stage.Ref, m material, into sums) error {
	if list := b.Sketches.Find(key); list != nil {
		return into.Add(list)
	}
	w, release, err := b.Policy(d.Shelf, r.Policy)
	if err != nil {
		return err
	}
	defer release()
	d.Expect(len(m.units) * Passes(b.SketchBytes, len(m.units), sketch.Numbers(b.Engine.Config, r.Sketch)))
	b.Sketches.MakeRoom(max(1, b.AtOnce))
	k, err := newKeeper(d)
	if err != nil {
		return err
	}
	whole, err := r.sketched(ctx, d, b, w, m, into, k)
	if err == nil && whole != nil {
		b.Sketches.Keep(key, whole)
	}
	return err
}

// stretchPlace is where in a stretch a checkpoint was taken: the sums have all numbers before From, and of those up to To the blocks
// that are done have theirs.
type stretchPlace struct {
	Pass           string `json:"pass"`
	From, To, Done int
}

// sketched adds the sketched gradients, as sketch does. It returns them where they were added at once.
func (r Round) sketched(ctx context.Context, line stage.Line, b *bench.Bench, w *nn.Weights, m material, into sums, k *keeper) ([][]float32, error) {
	sketcher, err := b.Engine.NewSketcher(sketch.Projections(b.Engine.Config, r.Sketch, r.Seed, r.name()))
	if err != nil {
		return nil, err
	}
	defer sketcher.Free()
	hash := sketch.Hash(b.Engine.Config, r.Sketch, r.Seed, r.name())
	length := sketch.Numbers(b.Engine.Config, r.Sketch)
	each := stretch(b.SketchBytes, len(m.units), length)
	list, blocks := make([][]float32, len(m.units)), train.Apart(m.units, r.Batch)
	from, done, err := k.resumeSketches(list, blocks, into, each, length)
	if err != nil {
		return nil, err
	}
	for from < length {
		to := min(from+each, length)
		err := batches(ctx, line, blocks[done:], m.units, func(batch *nn.Batch, pairs []int) error {
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
			done++
			return nil
		}, func() error {
			return k.at(ctx, func() (any, numbers, error) {
				return stretchPlace{sketchPass, from, to, done}, func(w io.Writer) error {
					return errors.Join(writing(into.Sums())(w), writing(of(list, blocks[:done]))(w))
				}, nil
			})
		})
		if err != nil {
			return nil, err
		}
		if err := into.Add(list); err != nil {
			return nil, err
		}
		from, done = to, 0
	}
	if each < length {
		return nil, nil
	}
	return list, nil
}

// sketchPass names the pass of sketches in a checkpoint.
const sketchPass = "sketches"

// resumeSketches fills in the sums and the sketches that a checkpoint has, and returns the stretch and the block to go on with. A
// stretch of another length than now goes on from its start.
func (k *keeper) resumeSketches(list [][]float32, blocks []train.Block, into sums, each, length int) (from, done int, err error) {
	var at stretchPlace
	data, ok, err := k.resume(&at, func() bool { return at.Pass == sketchPass })
	if err != nil || !ok {
		return 0, 0, err
	}
	if data, err = take(data, into.Sums()); err != nil || at.To != min(at.From+each, length) || at.Done > len(blocks) {
		return at.From, 0, err
	}
	for _, block := range blocks[:at.Done] {
		for _, i := range block.Units {
			list[i] = make([]float32, at.To-at.From)
		}
	}
	_, err = take(data, of(list, blocks[:at.Done]))
	return at.From, at.Done, err
}

// of are the rows of the units of blocks, in their order.
func of(list [][]float32, blocks []train.Block) (rows [][]float32) {
	for _, block := range blocks {
		for _, i := range block.Units {
			rows = append(rows, list[i])
		}
	}
	return rows
}

// batches calls f on the device's batches of units, one after the other, and tells it which units each holds. save is called behind
// each, with a context that is cancelled where it is the last; it may be nil.
func batches(ctx context.Context, line stage.Line, blocks []train.Block, units [][]nn.Row, f func(b *nn.Batch, units []int) error, save func() error) error {
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
		if save == nil {
			continue
		}
		if err := save(); err != nil {
			return err
		}
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
