package run

import (
	"context"

	"congrad/harness/nn"
)

// unprompted computes the log-prob per token of every pair's chosen answer behind an instruction without a word, under the
// iteration's start. All else of the layout stays, so that what differs from the reference stage is the instruction alone.
func (p *planner) unprompted(policy, pairs *Stage, where string) (*Stage, error) {
	tokens := p.experiment.Batch.Tokens
	return p.stage("unprompted", "log-probs without instructions, "+where, 1, tokens, []*Stage{policy, pairs}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			list, err := readLines[pair](e, pairs, "pairs")
			if err != nil {
				return nil, err
			}
			units := make([][]nn.Row, len(list))
			for i, p := range list {
				units[i] = []nn.Row{{Prompt: e.Chat.Prompt(""), Answer: p.Chosen.Tokens}}
			}
			means, err := logProbs(ctx, e, stage, policy, units, tokens, func(rows [][]float64) float64 {
				return logLikelihood(rows) / float64(max(1, len(rows[0])))
			})
			if err != nil {
				return nil, err
			}
			return output("unprompted", means)
		})
}
