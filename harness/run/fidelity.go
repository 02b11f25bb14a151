package run

import (
	"context"

	"congrad/harness/config"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/train"

	"gonum.org/v1/gonum/mat"
)

// fidelity scores a sample of the pairs once more, as if nothing had been compressed: exact language gradients, their
// consensus, and its alignment with exact gradients of pairs. That takes another backward pass over all pairs, which is
// why it is done for one scoring round only.
func (p *planner) fidelity(policy, pairs, reference, selection *Stage, g gradientSettings, c config.ConGrad, where string) (*Stage, error) {
	settings := struct {
		Pairs    int
		Gradient gradientSettings
		Scoring  scoring
	}{c.FidelityPairs, g, scoringOf(c)}
	return p.stage("fidelity", "exact gradients of a sample, "+where, 2, settings, []*Stage{policy, pairs, reference, selection}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			list, err := readLines[pair](e, pairs, "pairs")
			if err != nil {
				return nil, err
			}
			chosen, err := readLines[choice](e, selection, "choices")
			if err != nil {
				return nil, err
			}
			sample := rng.Stream(g.Seed, "fidelity", g.Round).Perm(len(list))
			sample = sample[:min(c.FidelityPairs, len(sample))]
			if len(sample) == 0 {
				return output("fidelity", []record.Fidelity{})
			}
			exact, err := e.exactRound(ctx, stage, policy, pairs, reference, g, sample)
			if err != nil {
				return nil, err
			}
			_, scores, err := settings.Scoring.score(exact, g, nil) // a first round: there is nothing to remember
			if err != nil {
				return nil, err
			}
			out := make([]record.Fidelity, len(sample))
			for k, i := range sample {
				out[k] = record.Fidelity{Lang: list[i].Lang, Prompt: list[i].Prompt, Exact: scores[k], Sketched: chosen[i].Score}
			}
			return output("fidelity", out)
		})
}

// exactRound is the scoring round without a sketch. Its language gradients are those of all pairs, its pairs the sample.
func (e *Env) exactRound(ctx context.Context, stage, policy, pairs, reference *Stage, g gradientSettings, sample []int) (*sketch.Round, error) {
	units, err := e.pairRows(pairs)
	if err != nil {
		return nil, err
	}
	margins, err := readLines[margin](e, reference, "margins")
	if err != nil {
		return nil, err
	}
	language, err := e.languages(pairs, g.Languages)
	if err != nil {
		return nil, err
	}
	stage.Size = len(units) + len(sample)
	x := &exactly{e, policy, units, margins, sketch.Shares(language, g.Languages, g.weights(), g.Seed, g.Round), g}
	gradients, err := x.languageGradients(ctx, language)
	if err != nil {
		return nil, err
	}
	round := &sketch.Round{Gram: mat.NewSymDense(len(gradients), nil)}
	for k := range gradients {
		for l := range k + 1 {
			round.Gram.SetSym(k, l, innerProduct(gradients[k], gradients[l]))
		}
	}
	for _, i := range sample {
		round.Pairs.Language = append(round.Pairs.Language, language[i])
		round.Pairs.Share = append(round.Pairs.Share, x.share[i])
	}
	round.Pairs.Inner, round.Pairs.Square, err = x.alignments(ctx, gradients, sample)
	return round, err
}

// exactly computes with exact gradients of one round's pairs.
type exactly struct {
	e       *Env
	policy  *Stage
	units   [][]nn.Row
	margins []margin
	share   []float64 // of each pair in its language's gradient
	g       gradientSettings
}

// target is the loss of pairs, each weighted by its share.
func (x *exactly) target(pairs []int) nn.Preference {
	t := nn.Preference{Loss: lossOf(x.g.Loss)}
	for _, i := range pairs {
		t.Reference = append(t.Reference, x.margins[i].difference())
		t.Weight = append(t.Weight, x.share[i])
	}
	return t
}

// blocks calls f on the device's batches of some of the pairs, and tells it which ones each holds.
func (x *exactly) blocks(ctx context.Context, of []int, f func(b *nn.Batch, pairs []int) error) error {
	units := make([][]nn.Row, len(of))
	for k, i := range of {
		units[k] = x.units[i]
	}
	for _, block := range train.Blocks(units, 2, x.g.Tokens) {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return err
		}
		pairs := make([]int, len(block.Units))
		for k, at := range block.Units {
			pairs[k] = of[at]
		}
		if err := f(batch, pairs); err != nil {
			return err
		}
		x.e.Report.Advance(len(pairs), 0)
	}
	return nil
}

// languageGradients are the exact m_l over the weights that are sketched, [languages][weight]; zero for a language
// without pairs.
func (x *exactly) languageGradients(ctx context.Context, language []int) ([][][]float32, error) {
	host, err := x.e.weights(x.policy)
	if err != nil {
		return nil, err
	}
	trainer, err := x.e.Engine.NewTrainer(host, nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}) // for its sum of gradients
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	gradients := make([][][]float32, len(x.g.Languages))
	for k := range gradients {
		var members []int
		for i, l := range language {
			if l == k {
				members = append(members, i)
			}
		}
		all := make([][]float32, len(x.e.Engine.Config.Shapes()))
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
		for i, shape := range x.e.Engine.Config.Shapes() {
			switch {
			case !shape.Projects():
			case len(members) == 0:
				gradients[k] = append(gradients[k], make([]float32, shape.Size()))
			default:
				gradients[k] = append(gradients[k], all[i])
			}
		}
	}
	return gradients, nil
}

// alignments are the sample's inner products with the directions [sample, directions], and its squared norms.
func (x *exactly) alignments(ctx context.Context, directions [][][]float32, sample []int) (inner [][]float64, square []float64, err error) {
	w, err := x.e.policy(x.policy)
	if err != nil {
		return nil, nil, err
	}
	sketcher, err := x.e.Engine.NewSketcher(sketch.Projections(x.e.Engine.Config, sketch.Settings{Rank: x.g.Rank}, x.g.Seed, x.g.Round))
	if err != nil {
		return nil, nil, err
	}
	defer sketcher.Free()
	at := map[int]int{} // of a pair in the sample
	for k, i := range sample {
		at[i] = k
	}
	inner, square = make([][]float64, len(sample)), make([]float64, len(sample))
	err = x.blocks(ctx, sample, func(b *nn.Batch, pairs []int) error {
		dots, squares, err := sketcher.Alignments(w, directions, b, x.target(pairs))
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
