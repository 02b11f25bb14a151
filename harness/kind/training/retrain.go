package training

import (
	"context"
	"fmt"
	"math"

	"congrad/harness/bench"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// Retrain trains on a random half of the pairs and measures the result on held-out prompts. It leaves numbers and not the policy: a
// validation of scores has a hundred of them, which nobody needs again.
type Retrain struct {
	Training  Train // all but what picks the pairs
	Half      int   // which one, from 1
	Asked     bench.Asked
	MaxTokens int
	Rows      int // answers side by side
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Retrain) Kind() kind.Kind {
	return kind.Kind{Name: "retrain", Version: 1, Title: "retraining on halves of the pairs"}
}

// Title says what the stage does.
func (r Retrain) Title() string { return fmt.Sprintf("retrain on half %d of the pairs", r.Half) }

// Inputs are those of the training.
func (r Retrain) Inputs() []stage.Ref { return r.Training.Inputs() }

// Do leaves outcomes.jsonl: a record.Outcome for each language of the prompts.
func (r Retrain) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	prompts, err := b.Prompts(r.Asked)
	if err != nil {
		return nil, err
	}
	pairs, err := r.Training.kept(d.Shelf)
	if err != nil {
		return nil, err
	}
	c := course{Train: r.Training, desk: d, bench: b, pairs: r.half(pairs)}
	if c.settings, err = r.Training.settings(d.Shelf); err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	defer c.close()
	d.Expect(c.settings.Steps(len(c.pairs))*min(r.Training.Train.BatchPairs, len(c.pairs)) + len(prompts))
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	w := c.trainer.Weights()
	logProbs, err := kind.ReferenceLogProbs(ctx, b, w, prompts, r.Training.Batch)
	if err != nil {
		return nil, err
	}
	answers, err := kind.AnsweredBy(ctx, d, b, w, prompts, 1, decode.Settings{MaxTokens: r.MaxTokens, Stops: b.Chat.Ends(), Rows: r.Rows}, 0)
	if err != nil {
		return nil, err
	}
	return stage.Output("outcomes", outcomes(r.Asked.Languages, answers, logProbs))
}

// half are the pairs that are trained on.
func (r Retrain) half(pairs []train.Pair) (half []train.Pair) {
	language := make([]int, len(pairs))
	for i, p := range pairs {
		language[i] = p.Language
	}
	for _, i := range Half(language, r.Training.Languages, r.Training.Seed, r.Half) {
		half = append(half, pairs[i])
	}
	return half
}

// outcomes are the means over the prompts of each language, with the greedy answers to the prompts and the log-probs of their reference
// answers.
func outcomes(languages []string, answers []kind.Answer, logProbs []float64) []record.Outcome {
	list, at := make([]record.Outcome, len(languages)), map[string]int{}
	for k, code := range languages {
		list[k].Lang, at[code] = code, k
	}
	for i, a := range answers {
		x := &list[at[a.Lang]]
		x.N++
		x.LogProb += logProbs[i]
		x.Probability += math.Exp(logProbs[i])
		if a.Known == 1 {
			x.Exact++
		}
	}
	for k := range list {
		n := float64(max(1, list[k].N))
		list[k].LogProb, list[k].Probability, list[k].Exact = list[k].LogProb/n, list[k].Probability/n, list[k].Exact/n
	}
	return list
}

// Forecast counts the pairs that are met and the prompts that are answered, as the training: it needs the most.
func (r Retrain) Forecast(size int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	return r.Training.Forecast(size, b, l)
}
