// Package evaluation holds the kinds of stages that measure policies: answers to held-out prompts, what judges them or what they
// are compared with, and the tasks of the alignment tax.
package evaluation

import (
	"context"
	"fmt"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/decode"
	"congrad/harness/forecast"
	"congrad/harness/judge"
	"congrad/harness/judge/endpoint"
	"congrad/harness/kind"
	"congrad/harness/kind/sampling"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Answer lets a policy answer the held-out prompts greedily.
type Answer struct {
	Policy    bench.Policy
	Asked     bench.Asked
	MaxTokens int
	Rows      int // answers side by side
	kind.Device
}

// Kind of the stage.
func (Answer) Kind() kind.Kind {
	return kind.Kind{Name: "answer", Version: 2, Title: "answering held-out prompts"}
}

// Title says what the stage does.
func (Answer) Title() string { return "answer held-out prompts" }

// Inputs are the policy.
func (a Answer) Inputs() []stage.Ref { return []stage.Ref{a.Policy.Stage} }

// Do leaves answers.jsonl: the answers in the order of the prompts.
func (a Answer) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	prompts, err := b.Prompts(a.Asked)
	if err != nil {
		return nil, err
	}
	answers, err := kind.Answered(ctx, d, b, a.Policy, prompts, 1, decode.Settings{MaxTokens: a.MaxTokens, Stops: b.Chat.Ends(), Rows: a.Rows}, 0)
	if err != nil {
		return nil, err
	}
	return stage.Output("answers", answers)
}

// Tokens are those of the answers.
func (Answer) Tokens(s stage.Shelf) (generated, trained int, err error) {
	generated, err = kind.Generated(s)
	return generated, 0, err
}

// Forecast counts answers.
func (a Answer) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Decodes(size, 1, a.Rows)
}

// judged is an answer to a held-out prompt with a judge's score; 0 where it gave none.
type judged struct {
	kind.Answer
	score float64
}

// readJudged reads answers, with scores if there are any.
func readJudged(s stage.Shelf, answers, scores stage.Ref) ([]judged, error) {
	list, err := stage.Lines[kind.Answer](s, answers, "answers")
	if err != nil {
		return nil, err
	}
	out := make([]judged, len(list))
	for i, a := range list {
		out[i].Answer = a
	}
	if scores == "" {
		return out, nil
	}
	given, err := stage.Lines[judge.Score](s, scores, "scores")
	for i, x := range given {
		if x.Parsed {
			out[i].score = x.Value
		}
	}
	return out, err
}

// readVerdicts reads a server's on n answers; nil where none judges. The opponent's own are the same as the opponent's.
func readVerdicts(s stage.Shelf, at kind.Trial, n int) ([]endpoint.Verdict, error) {
	switch {
	case at.Verdicts != "":
		return stage.Lines[endpoint.Verdict](s, at.Verdicts, "verdicts")
	case at.Server:
		return slices.Repeat([]endpoint.Verdict{{First: 0.5, Second: 0.5, By: endpoint.Same}}, n), nil
	}
	return nil, nil
}

// Record adds the prompts, and the answers with how they fare against the opponent's.
func (a Answer) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	prompts, err := b.Prompts(a.Asked)
	if err != nil {
		return err
	}
	sampling.RecordPrompts(set, prompts)
	find := bench.ByID(prompts)
	answers, err := readJudged(s, s.Own, at.Trial.Scores)
	if err != nil {
		return err
	}
	opponent, err := readJudged(s, at.Trial.Opponent, at.Trial.OpponentScores)
	if err != nil {
		return err
	}
	theirs := map[string]judged{}
	for _, x := range opponent {
		theirs[x.Prompt] = x
	}
	verdicts, err := readVerdicts(s, at.Trial, len(answers))
	if err != nil {
		return err
	}
	for i, ours := range answers {
		prompt, err := find(ours.Prompt)
		if err != nil {
			return err
		}
		opposed, ok := theirs[ours.Prompt]
		if !ok {
			return fmt.Errorf("the opponent has no answer to the prompt %q", ours.Prompt)
		}
		x := compared(ours, opposed, at.Trial)
		x.Seed, x.Arm, x.Cluster = at.Seed, at.Arm.Name, prompt.Cluster
		if verdicts != nil {
			x.Verdict, x.Win = (*record.Verdict)(&verdicts[i]), verdicts[i].Win()
		}
		set.Evaluations = append(set.Evaluations, x)
	}
	return nil
}

// compared holds an answer against the opponent's: by a judge's scores where there are some, else by the reference answer.
func compared(ours, theirs judged, t kind.Trial) record.Evaluation {
	x := record.Evaluation{
		Lang: ours.Lang, Prompt: ours.Prompt, Text: ours.Text, Tokens: len(ours.Tokens), Finished: ours.Finished,
		Known: ours.Known, Opponent: theirs.Known, Win: win(ours.Known, theirs.Known),
	}
	if t.File {
		x.OpponentText = theirs.Text
	}
	if t.Scores != "" {
		x.Score, x.OpponentScore, x.Win = ours.score, theirs.score, 0.5
		if x.Score > 0 && x.OpponentScore > 0 {
			x.Win = win(x.Score, x.OpponentScore)
		}
	}
	return x
}

// win is 1 for the better score, 0 for the worse, a half for equal ones.
func win(ours, theirs float64) float64 {
	switch {
	case ours > theirs:
		return 1
	case ours < theirs:
		return 0
	}
	return 0.5
}
