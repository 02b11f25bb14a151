package run

import (
	"cmp"
	"context"
	"slices"

	"congrad/harness/config"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
)

// exactScore is a sampled pair's score had nothing been compressed.
type exactScore struct {
	Pair  int     `json:"pair"` // its place among the pairs
	Score float64 `json:"score"`
}

// fidelity scores a sample of the pairs once more, as if nothing had been compressed: exact language gradients, their
// consensus, and its alignment with exact gradients of pairs. That takes another backward pass over all pairs, which is
// why it is done for one scoring round only. Arms that differ in compression alone share it.
func (p *planner) fidelity(policy, pairs, reference *Stage, g gradientSettings, c config.ConGrad, where string) (*Stage, error) {
	g.Sketch = sketch.Settings{Kind: sketch.Exact, Layers: g.Sketch.Layers}
	settings := struct {
		Pairs    int
		Gradient gradientSettings
		Scoring  scoring
	}{c.FidelityPairs, g, scoringOf(c)}
	return p.stage("fidelity", "exact gradients of a sample, "+where, 3, settings, []*Stage{policy, pairs, reference}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			list, err := readLines[pair](e, pairs, "pairs")
			if err != nil {
				return nil, err
			}
			sample := rng.Stream(g.Seed, "fidelity", g.Round).Perm(len(list))
			sample = sample[:min(c.FidelityPairs, len(sample))]
			if len(sample) == 0 {
				return output("scores", []exactScore{})
			}
			exact, err := e.exactRound(ctx, stage, policy, pairs, reference, g, sample)
			if err != nil {
				return nil, err
			}
			scores, err := settings.Scoring.score(exact, g)
			if err != nil {
				return nil, err
			}
			out := make([]exactScore, len(sample))
			for k, i := range sample {
				out[k] = exactScore{i, scores[k]}
			}
			return output("scores", out)
		})
}

// compare sets the scores of the compared pairs beside the exact ones. Which of them to keep is decided twice by the arm's
// own rule, as if these pairs were all there are; where they are, it is what the arm kept and what it should have.
func (r *round) compare(e *Env, pairs []pair, chosen []choice) ([]record.Fidelity, error) {
	sample, err := readLines[exactScore](e, r.fidelity, "scores")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sample, func(a, b exactScore) int { return cmp.Compare(a.Pair, b.Pair) }) // equal scores rank in this order
	of := map[string]int{}
	language, exact, sketched := make([]int, len(sample)), make([]float64, len(sample)), make([]float64, len(sample))
	for k, x := range sample {
		code := pairs[x.Pair].Lang
		if _, known := of[code]; !known {
			of[code] = len(of)
		}
		language[k], exact[k], sketched[k] = of[code], x.Score, chosen[x.Pair].Score
	}
	keep := keepOf(r.arm.Keep)
	should, does := keep.Choose(language, exact), keep.Choose(language, sketched)
	list := make([]record.Fidelity, len(sample))
	for k, x := range sample {
		list[k] = record.Fidelity{
			Seed: r.seed, Arm: r.arm.Name, Iteration: r.iteration, Lang: pairs[x.Pair].Lang, Prompt: pairs[x.Pair].Prompt,
			Exact: exact[k], Sketched: sketched[k], ExactKept: should[k].Kept, SketchedKept: does[k].Kept,
		}
	}
	return list, nil
}
