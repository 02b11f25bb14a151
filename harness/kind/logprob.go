package kind

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/loss"
	"congrad/harness/nn"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"
)

// LogProbs has the device score the answers of all units [units][rows], and reduces the token log-probs of each unit's rows to a
// value. tokens bounds a batch. Finished batches stay in the stage's scratch.
func LogProbs[T any](ctx context.Context, d *stage.Desk, b *bench.Bench, policy bench.Policy, units [][]nn.Row, tokens int, reduce func(rows [][]float64) T) ([]T, error) {
	w, release, err := b.Policy(d.Shelf, policy)
	if err != nil {
		return nil, err
	}
	defer release()
	return Scored(ctx, d, units, tokens, func(batch *nn.Batch) ([][]float64, error) { return b.Engine.LogProbs(w, batch) }, reduce)
}

// Scored has score find something of each row of a batch, for all units [units][rows], and reduces it for each unit's rows to a value.
// tokens bounds a batch. Finished batches stay in the stage's scratch.
func Scored[R, T any](ctx context.Context, d *stage.Desk, units [][]nn.Row, tokens int, score func(*nn.Batch) ([]R, error), reduce func(rows []R) T) ([]T, error) {
	blocks := train.Packed(units, tokens)
	d.Expect(len(units))
	parts, err := store.Units(ctx, d.Scratch(), len(blocks), func(i int) ([]T, error) {
		batch, err := blocks[i].Batch(units)
		if err != nil {
			return nil, err
		}
		rows, err := score(batch)
		if err != nil {
			return nil, err
		}
		part := make([]T, len(blocks[i].Units))
		for k, unit := range blocks[i].Units {
			n := len(units[unit])
			part[k], rows = reduce(rows[:n]), rows[n:]
		}
		d.Advance(len(part), 0)
		return part, nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]T, len(units))
	for at, block := range blocks {
		for k, i := range block.Units {
			list[i] = parts[at][k]
		}
	}
	return list, nil
}

// LogLikelihoods are those of a unit's rows.
func LogLikelihoods(rows [][]float64) []float64 {
	totals := make([]float64, len(rows))
	for i, row := range rows {
		for _, logp := range row {
			totals[i] += logp
		}
	}
	return totals
}

// Margins are the scores of chosen minus rejected that a reference stage found, as the loss scores answers.
func Margins(s stage.Shelf, reference stage.Ref, of loss.Loss) ([]float64, error) {
	list, err := stage.Lines[loss.PairLogProb](s, reference, "reference")
	margins := make([]float64, len(list))
	for i, p := range list {
		margins[i] = of.Reference(p)
	}
	return margins, err
}
