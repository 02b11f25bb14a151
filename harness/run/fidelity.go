package run

import (
	"context"

	"congrad/harness/config"
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
	g.Sketch = sketch.Settings{Kind: sketch.Exact}
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
