package run

import (
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/kind/training"
)

// probed is how many development prompts of each language drifts are measured on at most while a policy is trained, or as many as are
// evaluated on if those are fewer.
const probed = 20

// match plans the drift of a round's policy, for a training that is to end where it has drifted as far from the base model.
func (p *planner) match(other *round) *training.Match {
	e := p.Experiment
	languages := e.Languages.All()
	probe := kind.Probe{
		Start: p.base, Asked: bench.Asked{Source: p.bench.Source.Version(), Part: data.PartDev, Languages: languages, Per: p.limited(min(probed, e.Evaluate.PerLanguage))},
		Temperature: e.Evaluate.Temperature, TopP: e.Evaluate.TopP, MaxTokens: e.Generate.MaxTokens, Rows: e.Batch.Rows, Batch: e.Batch.Tokens, Seed: other.seed,
	}
	target := training.Target{Policy: bench.Policy{Stage: other.train.Key, Trained: true}, Probe: probe}
	s := p.add(target, other.where(other.arm.Name), len(languages)*probe.Asked.Per)
	return &training.Match{Target: s.Key, Probe: probe}
}
