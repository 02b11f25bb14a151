package run

import (
	"context"
	"errors"
	"fmt"
	"math"

	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/train"
	"congrad/results/measure"
)

// Diagnose takes the first step of ConGrad with pairs that a user brings, and says how the languages get on: gradients of
// the arm's loss at the model, which is its own reference, their consensus, and how the pairs lie to it. Nothing is trained
// and nothing is stored. The seen languages of the experiment are those of the pairs; name is the pairs' file, for errors.
func (e *Env) Diagnose(ctx context.Context, x *config.Experiment, arm config.Arm, pairs []data.Preference, name string) (measure.Diagnosis, error) {
	c, codes := arm.ConGrad, x.Languages.Seen
	var d measure.Diagnosis
	units, language, err := e.preferenceRows(pairs, codes, x.Batch.Tokens/2, name)
	if err != nil {
		return d, err
	}
	w, err := e.Engine.Upload(e.Base.Weights)
	if err != nil {
		return d, err
	}
	defer w.Free()
	s := gradientSettings{
		Languages: codes, Loss: arm.Loss, Sketch: sketchOf(c), LanguageGradient: c.LanguageGradient, EMADecay: c.EMADecay,
		Seed: x.Seeds[0], Round: "1", Tokens: x.Batch.Tokens, Memory: 1e6 * x.Batch.SketchMB,
	}
	e.Report.Begin(&Stage{Label: fmt.Sprintf("gradients of %d pairs", len(units)), Size: 2 * len(units)}, 1, 1) // log-probs first
	margins, err := e.ownMargins(ctx, w, units, s)
	if err != nil {
		return d, err
	}
	round := sketch.NewGatherer(language, codes, s.weights(), s.Seed, s.Round)
	means := sketch.NewGatherer(language, codes, sketch.Mean, s.Seed, s.Round)
	_, err = e.sketchesOf(ctx, w, units, margins, s, func(sketches [][]float32) error {
		if err := round.Add(sketches); err != nil {
			return err
		}
		return means.Add(sketches)
	})
	if err != nil {
		return d, err
	}
	scores, err := scoringOf(c).score(round.Round(), s)
	if err != nil {
		return d, err
	}
	return diagnosis(means.Round(), scores, codes), nil
}

// preferenceRows lays pairs out for the device, and says which language of codes each belongs to. A row longer than longest
// tokens is an error: how a cut answer's gradient points says nothing of the whole one's.
func (e *Env) preferenceRows(pairs []data.Preference, codes []string, longest int, name string) ([][]nn.Row, []int, error) {
	index := map[string]int{}
	for k, code := range codes {
		index[code] = k
	}
	units, language := make([][]nn.Row, len(pairs)), make([]int, len(pairs))
	var faults []error
	for i, p := range pairs {
		ask := e.Chat.Prompt(p.Prompt)
		units[i] = []nn.Row{{Prompt: ask, Answer: e.Chat.Answer(p.Chosen)}, {Prompt: ask, Answer: e.Chat.Answer(p.Rejected)}}
		language[i] = index[p.Lang]
		if n := max(units[i][0].Len(), units[i][1].Len()); n > longest && len(faults) < 10 {
			faults = append(faults, fmt.Errorf("%s:%d: prompt and answer are %d tokens; at most %d are read (half of batch.tokens: leave the pair out, or --set batch.tokens)", name, p.Line, n, longest))
		}
	}
	return units, language, errors.Join(faults...)
}

// ownMargins are the pairs' margins under the model itself, as the loss scores answers.
func (e *Env) ownMargins(ctx context.Context, w *nn.Weights, units [][]nn.Row, s gradientSettings) ([]float64, error) {
	margins := make([]float64, len(units))
	for _, block := range train.Blocks(units, 2, s.Tokens) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := block.Batch(units)
		if err != nil {
			return nil, err
		}
		rows, err := e.Engine.LogProbs(w, batch)
		if err != nil {
			return nil, err
		}
		for k, i := range block.Units {
			margins[i] = lossOf(s.Loss).Reference(nn.SumPair(rows[2*k], rows[2*k+1]))
		}
		e.Report.Advance(len(block.Units), 0)
	}
	return margins, nil
}

// diagnosis puts a round of mean gradients, with the pairs' scores against the consensus, into the numbers to print. The
// mean direction of the others takes each language by direction, whatever its length, as the consensus does by default.
func diagnosis(means *sketch.Round, scores []float64, codes []string) measure.Diagnosis {
	k := len(codes)
	r := measure.Round{Languages: codes, Pairs: make([]int, k), Gram: rows(means.Gram), Squares: make([]float64, k), Against: make([]int, k)}
	others := make([]float64, k)
	for i, l := range means.Pairs.Language {
		r.Pairs[l]++
		r.Squares[l] += means.Pairs.Square[i]
		if scores[i] < 0 {
			r.Against[l]++
		}
		dot := 0.0
		for j, inner := range means.Pairs.Inner[i] {
			if length := math.Sqrt(means.Gram.At(j, j)); j != l && length > 0 {
				dot += inner / length
			}
		}
		if dot < 0 {
			others[l]++
		}
	}
	cosines := make([][]float64, k)
	for l := range codes {
		r.Squares[l] /= float64(r.Pairs[l]) // every language has pairs: the codes are theirs
		others[l] /= float64(r.Pairs[l])
		cosines[l] = make([]float64, k)
		for j := range codes {
			cosines[l][j] = method.Cosine(means.Gram.At(l, j), means.Gram.At(l, l), means.Gram.At(j, j))
		}
	}
	return measure.Diagnosis{Observation: measure.Observe(r), Cosines: cosines, Others: others}
}
