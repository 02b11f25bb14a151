package sampling

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/judge"
	"congrad/harness/kind"
	"congrad/harness/preference"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/world"
)

// Pairs makes preference pairs of judged answers, and counts per language the outcomes of the prompts.
type Pairs struct {
	Answers stage.Ref
	Scores  stage.Ref
	Asked   bench.Asked
	Samples int // answers to each prompt
	Rules   config.Pair
	kind.Host
	kind.Tokenless
	kind.Quick
}

// RulesOf are an experiment's rules, as far as they make a difference: without a plant its languages make none.
func RulesOf(p config.Pair) config.Pair {
	if p.Flip == 0 {
		p.FlipLanguages = nil
	}
	return p
}

// Kind of the stage.
func (Pairs) Kind() kind.Kind { return kind.Kind{Name: "pairs", Version: 2, Title: "making pairs"} }

// Title says what the stage does.
func (Pairs) Title() string { return "make pairs" }

// Inputs are answers and scores.
func (p Pairs) Inputs() []stage.Ref { return []stage.Ref{p.Answers, p.Scores} }

// Do leaves pairs.jsonl, and pairing.jsonl with the counts.
func (p Pairs) Do(_ context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	answers, err := stage.Lines[kind.Answer](d.Shelf, p.Answers, "answers")
	if err != nil {
		return nil, err
	}
	scores, err := stage.Lines[judge.Score](d.Shelf, p.Scores, "scores")
	if err != nil {
		return nil, err
	}
	prompts, err := b.Prompts(p.Asked)
	if err != nil {
		return nil, err
	}
	planted := plant{p.Rules, p.Asked.Seed, p.Asked.Iteration}
	var list []kind.Pair
	counts := map[string]*record.Pairing{}
	for i, prompt := range prompts {
		c := counts[prompt.Lang]
		if c == nil {
			c = &record.Pairing{Lang: prompt.Lang}
			counts[prompt.Lang] = c
		}
		from, to := i*p.Samples, (i+1)*p.Samples
		made, ok, err := p.pair(b, prompt.Text, answers[from:to], scores[from:to], c)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, planted.swapped(made))
		}
	}
	var pairing []record.Pairing
	for _, lang := range p.Asked.Languages {
		if c := counts[lang]; c != nil {
			pairing = append(pairing, *c)
		}
	}
	files, err := stage.Output("pairs", list)
	if err != nil {
		return nil, err
	}
	files["pairing.jsonl"], err = stage.Encode("pairing", pairing)
	return files, err
}

// pair makes the pair of one prompt, if there is one, and enters the prompt into its language's counts.
func (p Pairs) pair(b *bench.Bench, instruction string, answers []kind.Answer, scores []judge.Score, c *record.Pairing) (kind.Pair, bool, error) {
	scored := make([]preference.Scored, len(answers))
	for i, a := range answers {
		scored[i] = preference.Scored{Text: said(b, a.Text), Tokens: len(a.Tokens), Score: scores[i].Value, Parsed: scores[i].Parsed}
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
	chosen, rejected, outcome := preference.Pair(scored, preference.Rules{MinGap: p.Rules.MinGap, MaxLengthRatio: p.Rules.MaxLengthRatio})
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
		return kind.Pair{}, false, nil
	}
	c.Pairs++
	best, worst := answers[chosen], answers[rejected]
	ask, err := b.Chat.Prompt(instruction)
	made := kind.Pair{
		Lang: best.Lang, Prompt: best.Prompt, Ask: ask, Chosen: side(b, best), Rejected: side(b, worst),
		Gap: scores[chosen].Value - scores[rejected].Value,
	}
	if best.Known >= 0 {
		made.KnownGap = best.Known - worst.Known
	}
	return made, true, err
}

// said is what two answers are compared by: the text as the chat template renders it, so that answers which differ only in white
// space that it trims are no pair. What is trained on are the sampled tokens: their log-probs are those of the policy.
func said(b *bench.Bench, answer string) string {
	if text, err := b.Chat.Rendered(answer); err == nil {
		return text
	}
	return answer
}

func side(b *bench.Bench, a kind.Answer) kind.Side {
	return kind.Side{Tokens: a.Whole(b.Chat.Stop()), Text: a.Text}
}

// judgeAccuracy counts how the judge orders each exact answer and each one that is not. Equal texts count once.
func judgeAccuracy(answers []kind.Answer, scores []judge.Score, c *record.Pairing) {
	seen := map[[2]string]bool{}
	for i, right := range answers {
		for j, wrong := range answers {
			texts := [2]string{right.Text, wrong.Text}
			if right.Known != 1 || wrong.Known == 1 || wrong.Known < 0 || !scores[i].Parsed || !scores[j].Parsed || seen[texts] {
				continue
			}
			seen[texts] = true
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

// Record adds the pairs with their outcomes, and the counts where they are met first.
func (p Pairs) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	return recordPairs(s, b, p.Answers, at, set)
}

// recordPairs records what a stage left that made pairs of answers.
func recordPairs(s stage.Shelf, b *bench.Bench, from stage.Ref, at kind.Place, set *record.Set) error {
	for i, p := range at.Pairs {
		if at.Lang != "" && p.Lang != at.Lang {
			continue // another model of the arm trains on it
		}
		fate := at.Choices[i]
		set.Pairs = append(set.Pairs, record.Pair{
			Seed: at.Seed, Arm: at.Arm.Name, Iteration: at.Iteration, Lang: p.Lang, Prompt: p.Prompt, Chosen: p.Chosen.Text, Rejected: p.Rejected.Text,
			ChosenTokens: len(p.Chosen.Tokens), RejectedTokens: len(p.Rejected.Tokens), Gap: p.Gap, KnownGap: p.KnownGap, Planted: p.Planted,
			Score: fate.Score, Rank: fate.Rank, Kept: fate.Kept, Flipped: fate.Flipped, Weight: fate.Weight, Met: at.Met[i],
		})
	}
	if at.First == "" {
		return nil
	}
	families := map[string]map[world.Family]int{}
	if at.Diagnosed {
		answers, err := stage.Lines[kind.Answer](s, from, "answers")
		if err != nil {
			return err
		}
		families = countFamilies(b.World, answers)
	}
	counts, err := stage.Lines[record.Pairing](s, s.Own, "pairing")
	for _, c := range counts {
		c.Seed, c.Arm, c.Iteration = at.Seed, at.First, at.Iteration
		c.Shared, c.Parochial = families[c.Lang][world.Shared], families[c.Lang][world.Parochial]
		set.Pairing = append(set.Pairing, c)
	}
	return err
}

// countFamilies tells by language how many answers have a defect of each family.
func countFamilies(w *world.World, answers []kind.Answer) map[string]map[world.Family]int {
	counts := map[string]map[world.Family]int{}
	diagnosis := w.Diagnose()
	for _, a := range answers {
		if counts[a.Lang] == nil {
			counts[a.Lang] = map[world.Family]int{}
		}
		counts[a.Lang][diagnosis.Family(a.Prompt, a.Text)]++
	}
	return counts
}
