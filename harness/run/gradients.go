package run

import (
	"context"
	"encoding/json"
	"fmt"

	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/sketch"

	"gonum.org/v1/gonum/mat"
)

// reference computes both answers' log-probs under the iteration's start, once for all that trains from it, whatever the
// loss.
func (p *planner) reference(policy, pairs *Stage, where string) (*Stage, error) {
	tokens := p.experiment.Batch.Tokens
	return p.stage("reference", "reference log-probs, "+where, 2, tokens, []*Stage{policy, pairs}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			units, err := e.pairRows(pairs)
			if err != nil {
				return nil, err
			}
			list, err := logProbs(ctx, e, stage, policy, units, tokens, func(rows [][]float64) nn.PairLogProb { return nn.SumPair(rows[0], rows[1]) })
			if err != nil {
				return nil, err
			}
			return output("reference", list)
		})
}

// gradientSettings are what the gradients' numbers depend on beside policy and pairs.
type gradientSettings struct {
	Languages        []string
	Loss             config.Loss
	Sketch           sketch.Settings
	LanguageGradient string
	EMADecay         float64
	Seed             uint64
	Round            string
	Tokens           int
	HeldBack         float64       `json:",omitempty"` // share of each language's pairs that alone make its gradient
	Adam             *adamSettings `json:",omitempty"` // of the optimiser whose updates stand in place of gradients, or nil
	Memory           int           `json:"-"`          // bytes for the sketches of a round's pairs; makes no difference to the numbers
}

// scored is a scoring round in an artefact.
type scored struct {
	Inner   [][]float64 `json:"inner"`  // [pairs, languages]
	Square  []float64   `json:"square"` // [pairs]
	Share   []float64   `json:"share"`  // [pairs]
	Gram    [][]float64 `json:"gram"`   // [languages, languages]
	Numbers int         `json:"numbers"`
}

// gradients sketches every pair's gradient at the iteration's start and reduces the sketches to numbers.
func (p *planner) gradients(policy *Stage, r *round, where string) (*Stage, gradientSettings, error) {
	c, pairs, reference := comparing(r.arm), r.pairs, r.reference
	s := gradientSettings{
		Languages: r.languages, Loss: r.arm.Loss, Sketch: sketchOf(c), LanguageGradient: c.LanguageGradient, EMADecay: c.EMADecay,
		Seed: r.seed, Round: fmt.Sprint(r.iteration), Tokens: p.experiment.Batch.Tokens, Memory: 1e6 * p.experiment.Batch.SketchMB,
	}
	if r.selector.Reads.HeldBack() {
		s.LanguageGradient, s.EMADecay, s.HeldBack = "held back", 0, c.HeldBack
		where += ", against held-back pairs"
	}
	if r.selector.Reads == method.ReadsHeldBackAdam {
		t := r.arm.Train
		s.Adam = &adamSettings{t.BatchPairs, t.Clip, t.Epsilon}
		where += ", as Adam's updates"
	}
	stage, err := p.stage("gradients", fmt.Sprintf("per-pair gradients (%s), %s", s.Sketch, where), 1, s, []*Stage{policy, pairs, reference}, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			round, err := e.scoringRound(ctx, stage, policy, pairs, reference, s)
			if err != nil {
				return nil, err
			}
			data, err := json.Marshal(scored{round.Pairs.Inner, round.Pairs.Square, round.Pairs.Share, rows(round.Gram), sketch.Numbers(e.Engine.Config, s.Sketch)})
			return map[string][]byte{"round.json": data}, err
		})
	return stage, s, err
}

// scoringRound computes the sketches and gathers them.
func (e *Env) scoringRound(ctx context.Context, stage, policy, pairs, reference *Stage, s gradientSettings) (*sketch.Round, error) {
	if s.Adam != nil {
		return e.adamRound(ctx, stage, policy, pairs, reference, s)
	}
	if s.Sketch.Kind == sketch.Exact {
		return e.exactRound(ctx, stage, policy, pairs, reference, s, nil)
	}
	language, err := e.languages(pairs, s.Languages)
	if err != nil {
		return nil, err
	}
	g := sketch.NewGatherer(language, s.Languages, s.weights(), s.Seed, s.Round)
	if err := e.sketch(ctx, stage, policy, pairs, reference, s, g.Add); err != nil {
		return nil, err
	}
	return g.Round(), nil
}

// comparing is how an arm compares gradients: where Adam's updates take their place they are exact, whatever the arm says.
func comparing(a config.Arm) config.ConGrad {
	if selector, _ := method.FindSelector(a.Select); selector.Reads == method.ReadsHeldBackAdam { // the experiment was checked
		a.ConGrad.Sketch = sketch.Exact
	}
	return a.ConGrad
}

// sketchOf leaves out rank and matrices where nothing is compressed, so that they make no difference there.
func sketchOf(c config.ConGrad) sketch.Settings {
	s := sketch.Settings{Kind: c.Sketch}
	if c.Sketch != sketch.Exact {
		s.Rank, s.Numbers = c.SketchRank, c.SketchNumbers
		if c.Projection != sketch.Gaussian {
			s.Projection = c.Projection
		}
	}
	if c.Layers != model.AllProjections {
		s.Layers = c.Layers
	}
	return s
}

// weights are the pairs' shares in their language's gradient.
func (s gradientSettings) weights() sketch.Weights {
	switch s.LanguageGradient {
	case "held back":
		return sketch.HeldBack(s.HeldBack)
	case "mean":
		return sketch.Mean
	}
	return sketch.EMA(s.EMADecay)
}

// pairRows reads a pairs stage as rows for the device.
func (e *Env) pairRows(pairs *Stage) ([][]nn.Row, error) {
	list, err := readLines[pair](e, pairs, "pairs")
	if err != nil {
		return nil, err
	}
	units := make([][]nn.Row, len(list))
	for i, p := range list {
		units[i] = p.rows()
	}
	return units, nil
}

// languages are the pairs' languages as indices into codes.
func (e *Env) languages(pairs *Stage, codes []string) ([]int, error) {
	list, err := readLines[pair](e, pairs, "pairs")
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	for i, code := range codes {
		index[code] = i
	}
	language := make([]int, len(list))
	for i, p := range list {
		language[i] = index[p.Lang]
	}
	return language, nil
}

// margins are the scores of chosen minus rejected under the reference, as the loss scores answers.
func (e *Env) margins(reference *Stage, loss config.Loss) ([]float64, error) {
	list, err := readLines[nn.PairLogProb](e, reference, "reference")
	margins := make([]float64, len(list))
	for i, p := range list {
		margins[i] = lossOf(loss).Reference(p)
	}
	return margins, err
}

func lossOf(l config.Loss) nn.PreferenceLoss { return l }

// readRound reads a gradients stage.
func (e *Env) readRound(s *Stage, language []int) (*sketch.Round, int, error) {
	data, err := e.read(s, "round.json")
	if err != nil {
		return nil, 0, err
	}
	var r scored
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", s.Label, err)
	}
	gram := mat.NewSymDense(len(r.Gram), nil)
	for i, row := range r.Gram {
		for j := i; j < len(row); j++ {
			gram.SetSym(i, j, row[j])
		}
	}
	return &sketch.Round{Pairs: method.Pairs{Language: language, Inner: r.Inner, Square: r.Square, Share: r.Share}, Gram: gram}, r.Numbers, nil
}

// rows are a matrix as a list of lists.
func rows(m mat.Matrix) [][]float64 {
	r, _ := m.Dims()
	list := make([][]float64, r)
	for i := range list {
		list[i] = mat.Row(nil, i, m)
	}
	return list
}
