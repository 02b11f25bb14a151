package filtering

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// Influence is how much, to first order, an optimiser step on each pair raises the mean log-prob of the reference answers to held-out
// prompts, language by language: <P g_i, ∇ of the mean negative log-prob> with the exact gradient g_i of the pair's loss at the iteration's
// start. P is one for plain gradient descent, or Adam's preconditioner (see asAdam) where the round has that.
//
// It is no method, as it reads held-out answers. It is what a score could know at best if training were one small step, and so tells a
// score that knows little from a measure that shows little.
type Influence struct {
	Round
	Asked bench.Asked
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Influence) Kind() kind.Kind {
	return kind.Kind{Name: "influence", Version: 1, Title: "influence on held-out answers"}
}

// Title says what the stage does.
func (x Influence) Title() string {
	if x.Adam != nil {
		return "influence on held-out answers, of Adam's updates"
	}
	return "influence on held-out answers"
}

// Inputs are policy, pairs and their log-probs.
func (x Influence) Inputs() []stage.Ref { return []stage.Ref{x.Policy.Stage, x.Pairs, x.Reference} }

// Do leaves influence.jsonl: a list with a number for each language of the prompts, for each pair.
func (x Influence) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, x.Pairs)
	if err != nil {
		return nil, err
	}
	prompts, err := b.Prompts(x.Asked)
	if err != nil {
		return nil, err
	}
	m, err := x.material(d.Shelf, pairs)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(pairs))
	for i := range all {
		all[i] = i
	}
	e, err := x.exactly(d, b, m, sketch.Shares(m.language, x.Languages, sketch.Mean, x.Seed, x.name()))
	if err != nil {
		return nil, err
	}
	d.Expect(2*len(pairs) + len(prompts))
	directions, err := e.measured(ctx, prompts, x.Asked.Languages)
	if err != nil {
		return nil, err
	}
	var scale [][]float32
	if x.Adam != nil {
		v, err := e.secondMoments(ctx, all)
		if err != nil {
			return nil, err
		}
		scale = x.Adam.scale(v)
	}
	inner, _, err := e.alignments(ctx, directions, scale, all)
	if err != nil {
		return nil, err
	}
	return stage.Output("influence", inner)
}

// measured are the gradients of the mean negative log-prob of the reference answers to each language's prompts, over the weights that are
// compared [languages][weight].
func (x *exactly) measured(ctx context.Context, prompts []data.Prompt, languages []string) ([][][]float32, error) {
	trainer, err := x.summing()
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	units, err := kind.ReferenceRows(x.b, prompts)
	if err != nil {
		return nil, err
	}
	layout := train.ByItself(units, len(units), x.Batch)
	gradients := make([][][]float32, len(languages))
	for k, code := range languages {
		var of []int
		for i, p := range prompts {
			if p.Lang == code {
				of = append(of, i)
			}
		}
		if len(of) == 0 {
			return nil, fmt.Errorf("no held-out prompt is in %s", code)
		}
		name := "held-out-" + code
		gradients[k] = x.compared(nil)
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
		err = batches(ctx, x.d, layout.Cut(units, of), units, func(b *nn.Batch, rows []int) error {
			weight := make([]float64, len(rows))
			for i := range weight {
				weight[i] = 1 / float64(len(of))
			}
			_, err := trainer.Accumulate(b, nn.Likelihood{Weight: weight})
			return err
		}, nil)
		if err != nil {
			return nil, err
		}
		all, err := trainer.TakeGradient()
		if err != nil {
			return nil, err
		}
		gradients[k] = x.compared(all)
		x.keep.finish(name, writing(gradients[k]))
	}
	return gradients, nil
}

// Forecast counts the pairs, twice.
func (x Influence) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	f := l.Pairs(size, x.Batch)
	f.Languages, f.Passes = len(x.Asked.Languages), 2
	return f
}
