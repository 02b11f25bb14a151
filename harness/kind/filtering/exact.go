package filtering

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"

	"gonum.org/v1/gonum/mat"
)

// exact is the scoring round without a sketch. Its language gradients are those of all pairs, its pairs the sample, or all of
// them where that is nil.
func (r Round) exact(ctx context.Context, d *stage.Desk, b *bench.Bench, m material, sample []int) (*sketch.Round, error) {
	x, err := r.exactly(d, b, m, sketch.Shares(m.language, r.Languages, r.weights(), r.Seed, r.name()))
	if err != nil {
		return nil, err
	}
	if sample == nil {
		for i := range m.language {
			sample = append(sample, i)
		}
	}
	d.Expect(len(m.language) + len(sample))
	gradients, err := x.languageGradients(ctx, "all", m.language)
	if err != nil {
		return nil, err
	}
	round := &sketch.Round{Gram: gram(gradients)}
	for _, i := range sample {
		round.Pairs.Language = append(round.Pairs.Language, m.language[i])
		round.Pairs.Share = append(round.Pairs.Share, x.share[i])
	}
	round.Pairs.Inner, round.Pairs.Square, err = x.alignments(ctx, gradients, nil, sample)
	return round, err
}

// exactMeanGram is the Gram matrix of the languages' mean gradients over the kept pairs, without a sketch. which names these pairs in
// checkpoints.
func (r Round) exactMeanGram(ctx context.Context, d *stage.Desk, b *bench.Bench, m material, list []kind.Choice, which string) ([][]float64, error) {
	kept := keptLanguages(list, m.language)
	x, err := r.exactly(d, b, m, sketch.Shares(kept, r.Languages, sketch.Mean, 0, ""))
	if err != nil {
		return nil, err
	}
	means, err := x.languageGradients(ctx, which, kept)
	if err != nil {
		return nil, err
	}
	return rows(gram(means)), nil
}

// exactly computes with exact gradients of one round's pairs.
type exactly struct {
	Round
	material
	d      *stage.Desk
	b      *bench.Bench
	layout train.Layout // of all blocks: those of a language have it too, or they would be many programs
	share  []float64    // of each pair in its language's gradient
	keep   *keeper
}

func (r Round) exactly(d *stage.Desk, b *bench.Bench, m material, share []float64) (*exactly, error) {
	k, err := newKeeper(d)
	return &exactly{r, m, d, b, train.ByItself(m.units, len(m.units), r.Batch), share, k}, err
}

// target is the loss of pairs, each weighted by its share.
func (x *exactly) target(pairs []int) nn.Preference {
	t := nn.Preference{Loss: x.Loss}
	for _, i := range pairs {
		t.Reference = append(t.Reference, x.margins[i])
		t.Weight = append(t.Weight, x.share[i])
	}
	return t
}

// blocks calls f on the device's batches of some of the pairs, and tells it which ones each holds.
func (x *exactly) blocks(ctx context.Context, of []int, f func(b *nn.Batch, pairs []int) error) error {
	return batches(ctx, x.d, x.layout.Cut(x.units, of), x.units, f, nil)
}

// summing is a trainer at the policy's weights, for its sum of gradients.
func (x *exactly) summing() (*nn.Trainer, error) {
	host, err := x.b.Weights(x.d.Shelf, x.Policy)
	if err != nil {
		return nil, err
	}
	return x.b.Engine.NewTrainer(host, nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
}

// languageGradients are the exact m_l over the weights that are sketched, [languages][weight]; zero for a language
// without pairs. A pair of language -1 belongs to none. which names the pairs in checkpoints.
func (x *exactly) languageGradients(ctx context.Context, which string, language []int) ([][][]float32, error) {
	trainer, err := x.summing()
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	gradients := make([][][]float32, len(x.Languages))
	for k := range gradients {
		var members []int
		for i, l := range language {
			if l == k {
				members = append(members, i)
			}
		}
		if gradients[k] = x.compared(nil); len(members) == 0 {
			continue
		}
		name := fmt.Sprintf("gradient-%s-%s", which, x.Languages[k])
		made, err := x.keep.done(name)
		if err != nil {
			return nil, err
		}
		if made != nil {
			if _, err := take(made, gradients[k]); err != nil {
				return nil, err
			}
			continue
		}
		all, err := x.sum(ctx, trainer, name, members)
		if err != nil {
			return nil, err
		}
		gradients[k] = x.compared(all)
		x.keep.finish(name, writing(gradients[k]))
	}
	return gradients, nil
}

// sumPlace is how many blocks a sum of gradients in a checkpoint has.
type sumPlace struct {
	Pass string `json:"pass"`
	Done int    `json:"done"`
}

// sum is the gradient of all weights, over some of the pairs.
func (x *exactly) sum(ctx context.Context, trainer *nn.Trainer, name string, members []int) ([][]float32, error) {
	var at sumPlace
	data, ok, err := x.keep.resume(&at, func() bool { return at.Pass == name })
	if err != nil {
		return nil, err
	}
	if ok {
		var gradient [][]float32
		for _, shape := range x.b.Engine.Config.Shapes() {
			gradient = append(gradient, make([]float32, shape.Size()))
		}
		if _, err := take(data, gradient); err != nil {
			return nil, err
		}
		if err := trainer.GoOn(gradient); err != nil {
			return nil, err
		}
	} else {
		at = sumPlace{Pass: name}
	}
	err = batches(ctx, x.d, x.layout.Cut(x.units, members)[at.Done:], x.units, func(b *nn.Batch, pairs []int) error {
		if _, err := trainer.Accumulate(b, x.target(pairs)); err != nil {
			return err
		}
		at.Done++
		return nil
	}, func() error {
		return x.keep.at(ctx, func() (any, numbers, error) {
			gradient, err := trainer.Gradient()
			return at, writing(gradient), err
		})
	})
	if err != nil {
		return nil, err
	}
	return trainer.TakeGradient()
}

// compared picks from a gradient of all weights those that are compared, zeros where there is no gradient.
func (x *exactly) compared(all [][]float32) (list [][]float32) {
	config := x.b.Engine.Config
	at := map[string]int{} // of a weight in the model
	for i, shape := range config.Shapes() {
		at[shape.Name] = i
	}
	for _, shape := range config.Projections(x.Sketch.Layers) {
		gradient := make([]float32, shape.Size())
		if all != nil {
			gradient = all[at[shape.Name]]
		}
		list = append(list, gradient)
	}
	return list
}

// alignments are the sample's inner products with the directions [sample, directions], and its squared norms; scale is
// what multiplies the sample's gradients by weight, or nil.
func (x *exactly) alignments(ctx context.Context, directions [][][]float32, scale [][]float32, sample []int) (inner [][]float64, square []float64, err error) {
	w, release, err := x.b.Policy(x.d.Shelf, x.Policy)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	blocks := x.layout.Cut(x.units, sample)
	type aligned struct {
		Inner  [][]float64 `json:"inner"` // [pairs of the block, directions]
		Square []float64   `json:"square"`
	}
	list, err := store.Units(ctx, x.d.Scratch(), len(blocks), func(i int) (part aligned, err error) {
		if err := x.keep.at(ctx, nil); err != nil {
			return part, err
		}
		batch, err := blocks[i].Batch(x.units)
		if err != nil {
			return part, err
		}
		part.Inner, part.Square, err = x.b.Engine.Alignments(w, x.b.Engine.Config.Projections(x.Sketch.Layers), directions, scale, batch, x.target(blocks[i].Units))
		if err != nil {
			return part, err
		}
		part.Inner, part.Square = part.Inner[:len(blocks[i].Units)], part.Square[:len(blocks[i].Units)]
		if !finite(append(part.Inner, part.Square)) {
			return part, fmt.Errorf("comparing pairs with exact gradients: %w", sketch.ErrNotFinite)
		}
		x.d.Advance(len(blocks[i].Units), 0)
		return part, nil
	})
	if ctx.Err() != nil {
		err = cmp.Or(x.keep.at(ctx, nil), err) // what the directions took is not lost
	}
	if err != nil {
		return nil, nil, err
	}
	at := map[int]int{} // of a pair in the sample
	for k, i := range sample {
		at[i] = k
	}
	inner, square = make([][]float64, len(sample)), make([]float64, len(sample))
	for n, block := range blocks {
		for k, i := range block.Units {
			inner[at[i]], square[at[i]] = list[n].Inner[k], list[n].Square[k]
		}
	}
	return inner, square, nil
}

// finite reports whether all numbers are.
func finite(rows [][]float64) bool {
	for _, row := range rows {
		for _, x := range row {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
	}
	return true
}

// gram is the matrix of the gradients' inner products.
func gram(gradients [][][]float32) *mat.SymDense {
	g := mat.NewSymDense(len(gradients), nil)
	for k := range gradients {
		for l := range k + 1 {
			g.SetSym(k, l, innerProduct(gradients[k], gradients[l]))
		}
	}
	return g
}

// innerProduct of two gradients.
func innerProduct(a, b [][]float32) float64 {
	sum := 0.0
	for i := range a {
		for j, x := range a[i] {
			sum += float64(x) * float64(b[i][j])
		}
	}
	return sum
}
