package filtering

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"

	"gonum.org/v1/gonum/mat"
)

// exact is the scoring round without a sketch. Its language gradients are those of all pairs, its pairs the sample, or all of
// them where that is nil.
func (r Round) exact(ctx context.Context, d *stage.Desk, b *bench.Bench, m material, sample []int) (*sketch.Round, error) {
	x := r.exactly(d, b, m, sketch.Shares(m.language, r.Languages, r.weights(), r.Seed, r.name()))
	if sample == nil {
		for i := range m.language {
			sample = append(sample, i)
		}
	}
	d.Expect(len(m.language) + len(sample))
	gradients, err := x.languageGradients(ctx, m.language)
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

// exactMeanGram is the Gram matrix of the languages' mean gradients over the kept pairs, without a sketch.
func (r Round) exactMeanGram(ctx context.Context, d *stage.Desk, b *bench.Bench, m material, list []kind.Choice) ([][]float64, error) {
	kept := keptLanguages(list, m.language)
	means, err := r.exactly(d, b, m, sketch.Shares(kept, r.Languages, sketch.Mean, 0, "")).languageGradients(ctx, kept)
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
}

func (r Round) exactly(d *stage.Desk, b *bench.Bench, m material, share []float64) *exactly {
	return &exactly{r, m, d, b, train.ByItself(m.units, len(m.units), r.Batch), share}
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
	return batches(ctx, x.d, x.layout.Cut(x.units, of), x.units, f)
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
// without pairs. A pair of language -1 belongs to none.
func (x *exactly) languageGradients(ctx context.Context, language []int) ([][][]float32, error) {
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
		var all [][]float32
		if len(members) > 0 {
			err := x.blocks(ctx, members, func(b *nn.Batch, pairs []int) error {
				_, err := trainer.Accumulate(b, x.target(pairs))
				return err
			})
			if err != nil {
				return nil, err
			}
			if all, err = trainer.TakeGradient(); err != nil {
				return nil, err
			}
		}
		gradients[k] = x.compared(all)
	}
	return gradients, nil
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
	at := map[int]int{} // of a pair in the sample
	for k, i := range sample {
		at[i] = k
	}
	inner, square = make([][]float64, len(sample)), make([]float64, len(sample))
	err = x.blocks(ctx, sample, func(b *nn.Batch, pairs []int) error {
		dots, squares, err := x.b.Engine.Alignments(w, x.b.Engine.Config.Projections(x.Sketch.Layers), directions, scale, b, x.target(pairs))
		if err != nil {
			return err
		}
		for k, i := range pairs {
			inner[at[i]], square[at[i]] = dots[k], squares[k]
		}
		return nil
	})
	return inner, square, err
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
