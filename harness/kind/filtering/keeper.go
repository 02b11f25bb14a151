package filtering

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"congrad/harness/disk"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// keeper keeps what a stage over gradients has done so far in the stage's scratch, at the interval between checkpoints and when the
// stage is stopped. A stage makes several passes over its blocks; the checkpoint is of the one at hand, and what a finished pass left
// is a file of its own. A nil keeper keeps nothing.
type keeper struct {
	scratch  store.Scratch
	interval *store.Interval
	from     map[string][]byte  // the checkpoint that an interrupted call left; nil without one
	finished map[string]numbers // of passes, not saved yet
}

// numbers writes numbers; see writing.
type numbers = func(io.Writer) error

// newKeeper looks for what an interrupted call left.
func newKeeper(d *stage.Desk) (*keeper, error) {
	s := d.Scratch()
	from, err := s.Latest()
	return &keeper{s, s.Interval(), from, map[string]numbers{}}, err
}

// The parts of a checkpoint.
const placePart, numbersPart = "place.json", "numbers"

// resume returns the bytes of the checkpoint's numbers and whether it is of this kind of pass; it reads where in the pass it was taken.
func (k *keeper) resume(place any, is func() bool) (data []byte, ok bool, err error) {
	if k == nil || k.from == nil {
		return nil, false, nil
	}
	if err := json.Unmarshal(k.from[placePart], place); err != nil {
		return nil, false, fmt.Errorf("continuing from the checkpoint: %w (remove %s to start the stage again)", err, k.scratch)
	}
	return k.from[numbersPart], is(), nil
}

// at is called behind every block. It saves where that is due: what finished passes left, then the pass at hand, of which state
// returns place and numbers; nil where the pass keeps its own.
func (k *keeper) at(ctx context.Context, state func() (place any, of numbers, err error)) error {
	if k == nil || ctx.Err() == nil && !k.interval.Due() {
		return nil
	}
	err := k.interval.Do(func() error {
		for name, of := range k.finished {
			if err := k.scratch.SaveFrom(name, of); err != nil {
				return err
			}
			delete(k.finished, name)
		}
		if state == nil {
			return nil
		}
		place, of, err := state()
		if err != nil {
			return err
		}
		text, err := json.Marshal(place)
		if err != nil {
			return err
		}
		return k.scratch.Keep(func(add store.AddFile) error {
			if err := add(placePart, disk.Bytes(text)); err != nil {
				return err
			}
			return add(numbersPart, of)
		})
	})
	if err != nil {
		return err
	}
	return ctx.Err() // nothing is done behind what was kept
}

// done is what a finished pass left; nil where it has to be made.
func (k *keeper) done(name string) ([]byte, error) {
	if k == nil {
		return nil, nil
	}
	return k.scratch.Load(name)
}

// finish notes what a pass left, to be saved when that is due. The numbers may not change any more.
func (k *keeper) finish(name string, of numbers) {
	if k != nil {
		k.finished[name] = of
	}
}

// writing writes numbers, little endian, row by row.
func writing[T float32 | float64](rows [][]T) numbers {
	return func(w io.Writer) error {
		for _, row := range rows {
			if _, err := w.Write(encode(row)); err != nil {
				return err
			}
		}
		return nil
	}
}

// take fills rows with numbers from data, in their order, and returns what is left of it.
func take[T float32 | float64](data []byte, rows [][]T) ([]byte, error) {
	for _, row := range rows {
		rest, ok := decode(data, row)
		if !ok {
			return nil, fmt.Errorf("continuing from the checkpoint: it has fewer numbers than the stage")
		}
		data = rest
	}
	return data, nil
}
