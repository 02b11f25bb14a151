package sampling

import (
	"context"
	"slices"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/judge"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Judge scores answers, those that pairs are made of or those to held-out prompts.
type Judge struct {
	Answers stage.Ref
	Policy  *bench.Policy `json:",omitempty"` // that judges; nil where the reference answer does
	Asked   bench.Asked
	Judge   string  // "self" or "reference"
	Noise   float64 `json:",omitempty"` // share of scores replaced at random; the streams' seed and iteration are those of the prompts
	Batch   int     // tokens
	kind.Tokenless
}

// Kind of the stage.
func (Judge) Kind() kind.Kind { return kind.Kind{Name: "judge", Version: 2, Title: "judging"} }

// Title says what the stage does.
func (j Judge) Title() string {
	if j.Asked.Part == data.PartPreference {
		return "judge answers"
	}
	return "judge held-out answers"
}

// Inputs are the answers and the policy that judges.
func (j Judge) Inputs() []stage.Ref {
	if j.Policy == nil {
		return []stage.Ref{j.Answers}
	}
	return []stage.Ref{j.Answers, j.Policy.Stage}
}

// OnDevice is true where a policy judges.
func (j Judge) OnDevice() bool { return j.Policy != nil }

// atOnce is how many answers a judge is given at once; what it said is kept before the next are asked.
const atOnce = 1024

// Do leaves scores.jsonl: a score for each answer.
func (j Judge) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	answers, err := stage.Lines[kind.Answer](d.Shelf, j.Answers, "answers")
	if err != nil {
		return nil, err
	}
	prompts, err := b.Prompts(j.Asked)
	if err != nil {
		return nil, err
	}
	var who judge.Judge = judge.Reference{}
	if j.Policy != nil {
		w, release, err := b.Policy(d.Shelf, *j.Policy)
		if err != nil {
			return nil, err
		}
		defer release()
		who = judge.Self{Engine: b.Engine, Weights: w, Chat: b.Chat, Tokens: j.Batch}
	}
	asked, err := items(answers, prompts)
	if err != nil {
		return nil, err
	}
	scores, err := scored(ctx, d, who, asked)
	if err != nil {
		return nil, err
	}
	if j.Noise > 0 {
		j.addNoise(scores, answers)
	}
	return stage.Output("scores", scores)
}

// scored has a judge score items. What it said stays in the stage's scratch.
func scored(ctx context.Context, d *stage.Desk, who judge.Judge, items []judge.Item) ([]judge.Score, error) {
	chunks := (len(items) + atOnce - 1) / atOnce
	parts, err := store.Units(ctx, d.Scratch(), chunks, func(i int) ([]judge.Score, error) {
		part := items[i*atOnce : min((i+1)*atOnce, len(items))]
		scores, err := who.Scores(ctx, part)
		if err != nil {
			return nil, err
		}
		d.Advance(len(part), 0)
		return scores, nil
	})
	return slices.Concat(parts...), err
}

// addNoise replaces scores at random, each by a stream of its own.
func (j Judge) addNoise(scores []judge.Score, answers []kind.Answer) {
	n := judge.NoiseOf(j.Judge, j.Noise)
	for i, a := range answers {
		r := rng.Stream(j.Asked.Seed, "judge noise", strconv.Itoa(j.Asked.Iteration), a.Lang, a.Prompt, strconv.Itoa(a.Sample))
		scores[i] = n.Apply(scores[i], r)
	}
}

// items joins answers with their prompts.
func items(answers []kind.Answer, prompts []data.Prompt) ([]judge.Item, error) {
	find := bench.ByID(prompts)
	items := make([]judge.Item, len(answers))
	for i, a := range answers {
		p, err := find(a.Prompt)
		if err != nil {
			return nil, err
		}
		items[i] = judge.Item{Instruction: p.Text, Answer: a.Text, Right: p.Right}
	}
	return items, nil
}

// Record adds the answers with their scores. Those to held-out prompts are recorded with what they are compared with, see
// evaluation.Answer.
func (j Judge) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	answers, err := stage.Lines[kind.Answer](s, j.Answers, "answers")
	if err != nil {
		return err
	}
	scores, err := stage.Lines[judge.Score](s, s.Own, "scores")
	if err != nil {
		return err
	}
	for i, a := range answers {
		set.Answers = append(set.Answers, record.Answer{
			Seed: at.Seed, Arm: at.First, Iteration: at.Iteration, Lang: a.Lang, Prompt: a.Prompt, Sample: a.Sample, Text: a.Text, Tokens: len(a.Tokens),
			Finished: a.Finished, Score: scores[i].Value, Parsed: scores[i].Parsed, Known: a.Known,
		})
	}
	return nil
}

// Forecast counts the judgements that a policy reads.
func (j Judge) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	if j.Policy == nil {
		return forecast.Stage{}
	}
	return l.Reads(size, l.Judgement, 1, l.Judged+l.Most, 1, j.Batch)
}
