package run

import (
	"context"
	"encoding/json"
	"fmt"

	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/train"
)

// fidelity compares, for a sample of pairs, the cosine with the consensus by sketches and by exact gradients. The exact
// consensus takes one more backward pass over all pairs, which is why this is done for one scoring round only.
func (p *planner) fidelity(policy, pairs, reference, gradients, selection *Stage, g gradientSettings, c config.ConGrad, where string) (*Stage, error) {
	settings := struct{ Pairs int }{c.FidelityPairs}
	return p.stage("fidelity", "exact gradients of a sample, "+where, 1, settings, []*Stage{policy, pairs, reference, gradients, selection}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			list, err := readLines[pair](e, pairs, "pairs")
			if err != nil {
				return nil, err
			}
			language, err := e.languages(pairs, g.Languages)
			if err != nil {
				return nil, err
			}
			round, _, err := e.readRound(gradients, language)
			if err != nil {
				return nil, err
			}
			data, err := e.read(selection, "consensus.json")
			if err != nil {
				return nil, err
			}
			var consensus record.Consensus
			if err := json.Unmarshal(data, &consensus); err != nil {
				return nil, fmt.Errorf("%s: %w", selection.Label, err)
			}
			sketched := method.Scoring{}.Alignment(round.Pairs, consensus.Weights, round.Gram)
			sample := rng.Stream(g.Seed, "fidelity", g.Round).Perm(len(list))
			sample = sample[:min(c.FidelityPairs, len(sample))]
			exact, err := e.exactCosines(ctx, stage, policy, pairs, reference, g, round.Pairs, consensus.Weights, sample)
			if err != nil {
				return nil, err
			}
			out := make([]record.Fidelity, len(sample))
			for k, i := range sample {
				out[k] = record.Fidelity{Lang: list[i].Lang, Prompt: list[i].Prompt, Exact: exact[k], Sketched: sketched[i]}
			}
			return output("fidelity", out)
		})
}

// exactCosines are the cosines of the sample's gradients with the consensus Σ w_l m_l, both exact.
func (e *Env) exactCosines(ctx context.Context, stage, policy, pairs, reference *Stage, g gradientSettings, p method.Pairs, weights []float64, sample []int) ([]float64, error) {
	units, err := e.pairRows(pairs)
	if err != nil {
		return nil, err
	}
	margins, err := readLines[margin](e, reference, "margins")
	if err != nil {
		return nil, err
	}
	stage.Size = len(units) + len(sample)
	target := func(indices []int) nn.Preference {
		t := nn.Preference{Loss: lossOf(g.Loss)}
		for _, i := range indices {
			t.Reference = append(t.Reference, margins[i].difference())
			t.Weight = append(t.Weight, weights[p.Language[i]]*p.Share[i])
		}
		return t
	}
	host, err := e.weights(policy)
	if err != nil {
		return nil, err
	}
	trainer, err := e.Engine.NewTrainer(host, nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	for _, block := range train.Blocks(units, 2, g.Tokens) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return nil, err
		}
		if _, err := trainer.Accumulate(batch, target(block.Units)); err != nil {
			return nil, err
		}
		e.Report.Advance(len(block.Units), 0)
	}
	gradient, err := trainer.Gradient()
	if err != nil {
		return nil, err
	}
	return e.cosinesWith(gradient, policy, units, sample, target, g)
}

// cosinesWith compares the sample's exact gradients with a direction, over the weights that are sketched.
func (e *Env) cosinesWith(direction [][]float32, policy *Stage, units [][]nn.Row, sample []int, target func([]int) nn.Preference, g gradientSettings) ([]float64, error) {
	w, err := e.policy(policy)
	if err != nil {
		return nil, err
	}
	projections := sketch.Projections(e.Engine.Config, sketch.Settings{Rank: g.Rank}, g.Seed, g.Round)
	sketcher, err := e.Engine.NewSketcher(projections)
	if err != nil {
		return nil, err
	}
	defer sketcher.Free()
	var v [][]float32
	square := 0.0
	for i, shape := range e.Engine.Config.Shapes() {
		if !shape.Projects() {
			continue
		}
		v = append(v, direction[i])
		for _, x := range direction[i] {
			square += float64(x) * float64(x)
		}
	}
	picked := make([][]nn.Row, len(sample))
	for k, i := range sample {
		picked[k] = units[i]
	}
	cosines := make([]float64, len(sample))
	for _, block := range train.Blocks(picked, 2, g.Tokens) {
		batch, err := block.Batch(picked)
		if err != nil {
			return nil, err
		}
		indices := make([]int, len(block.Units))
		for k, at := range block.Units {
			indices[k] = sample[at]
		}
		dots, squares, err := sketcher.Alignments(w, v, batch, target(indices))
		if err != nil {
			return nil, err
		}
		for k, at := range block.Units {
			cosines[at] = method.Cosine(dots[k], square, squares[k])
		}
		e.Report.Advance(len(block.Units), 0)
	}
	return cosines, nil
}
