package filtering

import (
	"cmp"
	"context"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// Fidelity scores a sample of the pairs once more, as if nothing had been compressed: exact language gradients, their
// consensus, and its alignment with exact gradients of pairs. That takes another backward pass over all pairs, which is
// why it is done for one scoring round only. Arms that differ in compression alone share it.
type Fidelity struct {
	Round   Round
	Sample  int
	Scoring Scoring
	kind.Device
	kind.Tokenless
}

// FidelityOf checks a scoring round.
func FidelityOf(r Round, sample int, s Scoring) Fidelity {
	r.Sketch = sketch.Settings{Kind: sketch.Exact, Layers: r.Sketch.Layers}
	return Fidelity{Round: r, Sample: sample, Scoring: s}
}

// Kind of the stage.
func (Fidelity) Kind() kind.Kind {
	return kind.Kind{Name: "fidelity", Version: 4, Title: "exact gradients of a sample", Check: true}
}

// Title says what the stage does.
func (Fidelity) Title() string { return "exact gradients of a sample" }

// Inputs are policy, pairs and their log-probs.
func (f Fidelity) Inputs() []stage.Ref {
	return []stage.Ref{f.Round.Policy.Stage, f.Round.Pairs, f.Round.Reference}
}

// exactScore is a sampled pair's score had nothing been compressed.
type exactScore struct {
	Pair  int     `json:"pair"` // its place among the pairs
	Score float64 `json:"score"`
}

// Do leaves scores.jsonl: an exactScore for each sampled pair.
func (f Fidelity) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	r := f.Round
	pairs, err := kind.Pairs(d.Shelf, r.Pairs)
	if err != nil {
		return nil, err
	}
	m, err := r.material(d.Shelf, pairs)
	if err != nil {
		return nil, err
	}
	sample := rng.Stream(r.Seed, "fidelity", r.name()).Perm(len(m.units))
	sample = sample[:min(f.Sample, len(sample))]
	if len(sample) == 0 {
		return stage.Output("scores", []exactScore{})
	}
	exact, err := r.exact(ctx, d, b, m, sample)
	if err != nil {
		return nil, err
	}
	scores, err := f.Scoring.score(exact, r)
	if err != nil {
		return nil, err
	}
	out := make([]exactScore, len(sample))
	for k, i := range sample {
		out[k] = exactScore{i, scores[k]}
	}
	return stage.Output("scores", out)
}

// Record puts the scores of the compared pairs next to the exact ones. Which of them to keep is decided twice by the arm's
// own rule, as if these pairs were all there are; where they are, it is what the arm kept and what it should have.
func (f Fidelity) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	sample, err := stage.Lines[exactScore](s, s.Own, "scores")
	if err != nil {
		return err
	}
	slices.SortFunc(sample, func(a, b exactScore) int { return cmp.Compare(a.Pair, b.Pair) }) // equal scores rank in this order
	of := map[string]int{}
	language, exact, sketched := make([]int, len(sample)), make([]float64, len(sample)), make([]float64, len(sample))
	for k, x := range sample {
		code := at.Pairs[x.Pair].Lang
		if _, known := of[code]; !known {
			of[code] = len(of)
		}
		language[k], exact[k], sketched[k] = of[code], x.Score, at.Choices[x.Pair].Score
	}
	keep := KeepOf(at.Arm.Keep).Rule()
	should, does := keep.Choose(language, exact), keep.Choose(language, sketched)
	for k, x := range sample {
		p := at.Pairs[x.Pair]
		set.Fidelity = append(set.Fidelity, record.Fidelity{
			Seed: at.Seed, Arm: at.Arm.Name, Iteration: at.Iteration, Lang: p.Lang, Prompt: p.Prompt,
			Exact: exact[k], Sketched: sketched[k], ExactKept: should[k].Kept, SketchedKept: does[k].Kept,
		})
	}
	return nil
}

// Forecast counts the pairs for the language gradients, and those of the sample.
func (f Fidelity) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	s := l.Pairs(size, f.Round.Batch)
	s.Languages, s.Passes = len(f.Round.Languages), 2
	return s
}
