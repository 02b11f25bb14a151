package run

import (
	"context"
	"slices"

	"congrad/harness/config"
	"congrad/harness/judge"
	"congrad/harness/nn"
	"congrad/harness/preference"
	"congrad/harness/record"
)

// pair is one preference pair in a stage's artefact. It holds the token ids that were sampled: encoding the text anew
// could cut it otherwise.
type pair struct {
	Lang     string  `json:"lang"`
	Prompt   string  `json:"prompt"` // id
	Ask      []int   `json:"ask"`    // the prompt's tokens
	Chosen   side    `json:"chosen"`
	Rejected side    `json:"rejected"`
	Gap      float64 `json:"gap"`
	KnownGap float64 `json:"known_gap"`
	Planted  bool    `json:"planted,omitempty"` // a plant swapped the answers; for records only, selectors never read it
}

// side is one answer of a pair.
type side struct {
	Tokens []int  `json:"tokens"` // with the end token where the answer ended by itself
	Text   string `json:"text"`
}

// rows are the pair as the device reads it.
func (p pair) rows() []nn.Row {
	return []nn.Row{{Prompt: p.Ask, Answer: p.Chosen.Tokens}, {Prompt: p.Ask, Answer: p.Rejected.Tokens}}
}

// pairs makes preference pairs of judged answers, and counts per language what became of the prompts.
func (p *planner) pairs(generated, judged *Stage, g generateSettings, where string) (*Stage, error) {
	planted := plant{p.experiment.Pair, g.Seed, g.Iteration}
	s, err := newStage("pairs", "make pairs, "+where, 1, planted.settings(), "", []*Stage{generated, judged}, 0,
		func(_ context.Context, e *Env, _ *Stage) (map[string][]byte, error) {
			answers, err := readLines[answer](e, generated, "answers")
			if err != nil {
				return nil, err
			}
			scores, err := readLines[judge.Score](e, judged, "scores")
			if err != nil {
				return nil, err
			}
			prompts, err := e.preferencePrompts(g)
			if err != nil {
				return nil, err
			}
			var list []pair
			counts := map[string]*record.Pairing{}
			n := g.Generate.Samples
			for i, prompt := range prompts {
				c := counts[prompt.Lang]
				if c == nil {
					c = &record.Pairing{Lang: prompt.Lang}
					counts[prompt.Lang] = c
				}
				made, ok := e.pair(prompt.Text, answers[i*n:(i+1)*n], scores[i*n:(i+1)*n], p.experiment.Pair, c)
				if ok {
					list = append(list, planted.swapped(made))
				}
			}
			var pairing []record.Pairing
			for _, lang := range g.Languages {
				if c := counts[lang]; c != nil {
					pairing = append(pairing, *c)
				}
			}
			files, err := output("pairs", list)
			if err != nil {
				return nil, err
			}
			files["pairing.jsonl"], err = lines("pairing", pairing)
			return files, err
		})
	return p.add(s, err)
}

// pairsIn are the pairs of some languages out of all. The counts stay those of all: they say what became of the prompts.
func (p *planner) pairsIn(languages []string, pairs *Stage, where string) (*Stage, error) {
	s, err := newStage("pairs", "leave languages out, "+where, 1, languages, "", []*Stage{pairs}, 0,
		func(_ context.Context, e *Env, _ *Stage) (map[string][]byte, error) {
			list, err := readLines[pair](e, pairs, "pairs")
			if err != nil {
				return nil, err
			}
			files, err := output("pairs", slices.DeleteFunc(list, func(made pair) bool { return !slices.Contains(languages, made.Lang) }))
			if err != nil {
				return nil, err
			}
			files["pairing.jsonl"], err = e.read(pairs, "pairing.jsonl")
			return files, err
		})
	return p.add(s, err)
}

// pair makes the pair of one prompt, if there is one, and enters the prompt into its language's counts.
func (e *Env) pair(instruction string, answers []answer, scores []judge.Score, rules config.Pair, c *record.Pairing) (pair, bool) {
	scored := make([]preference.Scored, len(answers))
	for i, a := range answers {
		scored[i] = preference.Scored{Text: a.Text, Tokens: len(a.Tokens), Score: scores[i].Value, Parsed: scores[i].Parsed}
		if !scores[i].Parsed {
			c.Unparsed++
		}
		if a.Known == 1 {
			c.Exact++
		}
	}
	judgeAccuracy(answers, scores, c)
	c.Prompts++
	c.Answers += len(answers)
	chosen, rejected, outcome := preference.Pair(scored, preference.Rules{MinGap: rules.MinGap, MaxLengthRatio: rules.MaxLengthRatio})
	switch outcome {
	case preference.TooFew:
		c.TooFew++
	case preference.Tied:
		c.Ties++
	case preference.Duplicate:
		c.Duplicates++
	case preference.Narrow:
		c.Narrow++
	}
	if outcome != preference.Paired {
		return pair{}, false
	}
	c.Pairs++
	best, worst := answers[chosen], answers[rejected]
	made := pair{
		Lang: best.Lang, Prompt: best.Prompt, Ask: e.Chat.Prompt(instruction), Chosen: e.side(best), Rejected: e.side(worst),
		Gap: scores[chosen].Value - scores[rejected].Value,
	}
	if best.Known >= 0 {
		made.KnownGap = best.Known - worst.Known
	}
	return made, true
}

func (e *Env) side(a answer) side {
	s := side{Tokens: append([]int(nil), a.Tokens...), Text: a.Text}
	if a.Finished {
		s.Tokens = append(s.Tokens, e.Chat.Stop())
	}
	return s
}

// judgeAccuracy counts how the judge orders each couple of an exact answer and one that is not. Equal texts count once.
func judgeAccuracy(answers []answer, scores []judge.Score, c *record.Pairing) {
	seen := map[[2]string]bool{}
	for i, right := range answers {
		for j, wrong := range answers {
			couple := [2]string{right.Text, wrong.Text}
			if right.Known != 1 || wrong.Known == 1 || wrong.Known < 0 || !scores[i].Parsed || !scores[j].Parsed || seen[couple] {
				continue
			}
			seen[couple] = true
			switch {
			case scores[i].Value > scores[j].Value:
				c.JudgeRight++
			case scores[i].Value < scores[j].Value:
				c.JudgeWrong++
			default:
				c.JudgeTied++
			}
		}
	}
}
