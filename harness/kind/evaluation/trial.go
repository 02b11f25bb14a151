package evaluation

import (
	"fmt"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/judge"
	"congrad/harness/judge/endpoint"
	"congrad/harness/kind"
	"congrad/harness/kind/sampling"
	"congrad/harness/record"
	"congrad/harness/stage"
)

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

// opposing are a model's answers by prompt, each prompt's in the order of the samples.
type opposing[T any] map[string][]T

// to is the answer that one of a number (0, 1, ...) is held against: that of the same number, or the only one, as a file has.
func (o opposing[T]) to(prompt string, sample int) (x T, err error) {
	switch list := o[prompt]; {
	case len(list) == 1:
		return list[0], nil
	case sample < len(list):
		return list[sample], nil
	}
	return x, fmt.Errorf("the opponent has no answer number %d to the prompt %q", sample, prompt)
}

// trials records the prompts, and returns the stage's answers with how they fare against the opponent's.
func trials(s stage.Shelf, b *bench.Bench, asked bench.Asked, at kind.Place, set *record.Set) ([]record.Evaluation, error) {
	prompts, err := b.Prompts(asked)
	if err != nil {
		return nil, err
	}
	sampling.RecordPrompts(set, prompts)
	find := bench.ByID(prompts)
	answers, err := readJudged(s, s.Own, at.Trial.Scores)
	if err != nil {
		return nil, err
	}
	opponent, err := readJudged(s, at.Trial.Opponent, at.Trial.OpponentScores)
	if err != nil {
		return nil, err
	}
	theirs := opposing[judged]{}
	for _, x := range opponent {
		theirs[x.Prompt] = append(theirs[x.Prompt], x)
	}
	verdicts, err := readVerdicts(s, at.Trial, len(answers))
	if err != nil {
		return nil, err
	}
	list := make([]record.Evaluation, len(answers))
	for i, ours := range answers {
		prompt, err := find(ours.Prompt)
		if err != nil {
			return nil, err
		}
		opposed, err := theirs.to(ours.Prompt, ours.Sample)
		if err != nil {
			return nil, err
		}
		x := compared(ours, opposed, at.Trial)
		x.Seed, x.Arm, x.Iteration, x.Cluster = at.Seed, at.Arm.Name, at.Iteration, prompt.Cluster
		if verdicts != nil {
			x.Verdict, x.Win = (*record.Verdict)(&verdicts[i]), verdicts[i].Win()
		}
		list[i] = x
	}
	return list, nil
}

// compared holds an answer against the opponent's: by a judge's scores where there are some, else by the reference answer.
func compared(ours, theirs judged, t kind.Trial) record.Evaluation {
	x := record.Evaluation{
		Lang: ours.Lang, Prompt: ours.Prompt, Text: ours.Text, Tokens: len(ours.Tokens), Finished: ours.Finished,
		Known: ours.Known, Opponent: theirs.Known, Win: win(ours.Known, theirs.Known),
	}
	if t.Exact {
		x.Win = win(exact(ours.Known), exact(theirs.Known))
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

// exact is 1 for an answer that is exactly the reference answer, else 0.
func exact(known float64) float64 {
	if known == 1 {
		return 1
	}
	return 0
}
