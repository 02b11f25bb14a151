package filtering

import (
	"context"
	"math"

	"congrad/harness/bench"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// Adam is what Adam's second moments depend on beside the gradients of the pairs.
type Adam struct {
	BatchPairs    int
	Clip, Epsilon float64
}

// asAdam is the scoring round of LESS (Xia et al. 2024, section 3): the language gradients m_l of the held-back pairs are
// plain, the gradient of a pair that is up for selection enters as Adam's update direction, Γ_i = g_i/(√v + ε) by weight. So
// Inner is <Γ_i, m_l>, Square is |Γ_i|², and the cosine is LESS's. All of it is exact: a sketch of g_i cannot be scaled by
// weight any more. That takes two backward passes over the pairs up for selection and one over those held back.
//
// v is the mean over batches of the squared gradient, for the batches of the arm's training, clipped as there, cut from the
// pairs up for selection at the iteration's start: what Adam's moving average would tend to if the policy stood still. LESS
// has trained on a part of the data before and takes both moments from that optimiser. An iteration here begins with none,
// so the first moment is the pair's own gradient (up to 1-β1, which no cosine sees), without the part common to all pairs;
// and v is the same for all, where LESS adds each sample's own square with the weight 1-β2.
func (r Round) asAdam(ctx context.Context, d *stage.Desk, b *bench.Bench, m material) (*sketch.Round, error) {
	language := m.language
	x, err := r.exactly(d, b, m, sketch.Shares(language, r.Languages, r.weights(), r.Seed, r.name()))
	if err != nil {
		return nil, err
	}
	held, up := make([]int, len(language)), []int{}
	for i, l := range language {
		held[i] = l
		if x.share[i] == 0 {
			held[i], up = -1, append(up, i)
		}
	}
	d.Expect(len(language) + len(up))
	directions, err := x.languageGradients(ctx, "held", held)
	if err != nil {
		return nil, err
	}
	v, err := x.secondMoments(ctx, up)
	if err != nil {
		return nil, err
	}
	inner, square, err := x.alignments(ctx, directions, r.Adam.scale(v), up)
	if err != nil {
		return nil, err
	}
	round := &sketch.Round{Gram: gram(directions)}
	round.Pairs.Language, round.Pairs.Share = language, x.share
	round.Pairs.Inner, round.Pairs.Square = make([][]float64, len(language)), make([]float64, len(language))
	for i := range language {
		round.Pairs.Inner[i] = make([]float64, len(r.Languages)) // zero for a pair that is held back: it is not compared
	}
	for k, i := range up {
		round.Pairs.Inner[i], round.Pairs.Square[i] = inner[k], square[k]
	}
	return round, nil
}

// secondMoments is the mean of the squared gradients of batches of the given pairs, over the weights that are sketched.
func (x *exactly) secondMoments(ctx context.Context, pairs []int) ([][]float64, error) {
	trainer, err := x.summing()
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	var v [][]float64
	for _, shape := range x.b.Engine.Config.Projections(x.Sketch.Layers) {
		v = append(v, make([]float64, shape.Size()))
	}
	const name = "second-moments"
	made, err := x.keep.done(name)
	if err != nil {
		return nil, err
	}
	if made != nil {
		_, err := take(made, v)
		return v, err
	}
	order, size := rng.Stream(x.Seed, "batches of second moments", x.name()).Perm(len(pairs)), x.Adam.BatchPairs
	var at sumPlace // its blocks are batches
	data, ok, err := x.keep.resume(&at, func() bool { return at.Pass == name })
	if err != nil {
		return nil, err
	}
	if ok {
		if _, err := take(data, v); err != nil {
			return nil, err
		}
	} else {
		at = sumPlace{Pass: name}
	}
	batches := (len(pairs) + size - 1) / size
	for at.Done < batches {
		var batch []int
		for _, i := range order[at.Done*size : min((at.Done+1)*size, len(pairs))] {
			batch = append(batch, pairs[i])
		}
		if err := x.addSquares(context.WithoutCancel(ctx), trainer, v, batch, float64(batches)); err != nil {
			return nil, err
		}
		at.Done++
		if err := x.keep.at(ctx, func() (any, numbers, error) { return at, writing(v), nil }); err != nil {
			return nil, err
		}
	}
	x.keep.finish(name, writing(v))
	return v, nil
}

// addSquares adds the squared gradient of one of so many batches to their mean.
func (x *exactly) addSquares(ctx context.Context, trainer *nn.Trainer, v [][]float64, batch []int, batches float64) error {
	err := x.blocks(ctx, batch, func(b *nn.Batch, pairs []int) error {
		target := x.target(pairs)
		for i := range target.Weight {
			target.Weight[i] = 1 / float64(len(batch))
		}
		_, err := trainer.Accumulate(b, target)
		return err
	})
	if err != nil {
		return err
	}
	gradient, err := trainer.TakeGradient()
	if err != nil {
		return err
	}
	shrink := 1.0 // as training clips, by the norm over all weights
	if norm := math.Sqrt(innerProduct(gradient, gradient)); x.Adam.Clip > 0 && norm > x.Adam.Clip {
		shrink = x.Adam.Clip / norm
	}
	for k, of := range x.compared(gradient) {
		for j, d := range of {
			v[k][j] += shrink * shrink * float64(d) * float64(d) / batches
		}
	}
	return nil
}

// scale is 1/(√v + ε), by which Adam multiplies, in the device's precision.
func (a Adam) scale(v [][]float64) [][]float32 {
	out := make([][]float32, len(v))
	for i, of := range v {
		out[i] = make([]float32, len(of))
		for j, x := range of {
			out[i][j] = float32(1 / (math.Sqrt(x) + a.Epsilon))
		}
	}
	return out
}
