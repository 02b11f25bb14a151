package pretrain

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"congrad/harness/decode"
	"congrad/harness/judge"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/text"
	"congrad/harness/world"
)

// Examination is how a model of the embedded world does in one language, on facts of the development split.
type Examination struct {
	Lang          string
	Items         int
	Greedy        int // greedy answers that are right
	Samples       int
	Sampled       int // sampled answers that are right
	Couples       int // a right answer and a wrong one, both of which the judge gave a score
	Ordered, Tied int // pairs that it ordered correctly, and that it tied
	Unparsed      int // answers that it gave none
}

// Answers are drawn as preference pairs are made by default; wrong ones to judge are the world's defects.
const (
	examinedSamples = 4
	examinedTokens  = 2048 // padded tokens that the device works on at once
)

var sampled = decode.Settings{Temperature: 0.7, TopP: 0.9, MaxTokens: 32, Rows: 256}

// Examine lets a model answer and judge items of every language, at most per of each: what the loop of preferences starts
// from. A world is fit for it where right and wrong answers are both likely, and the judge mostly tells them apart.
func Examine(ctx context.Context, e *nn.Engine, weights *nn.Weights, chat *text.Chat, w *world.World, per int, progress func(Examination)) error {
	for _, lang := range w.Languages() {
		items := spread(w.Items(world.Dev, lang), per)
		x := Examination{Lang: lang, Items: len(items), Samples: len(items) * examinedSamples}
		greedy := sampled
		greedy.Temperature, greedy.TopP = 0, 0
		var err error
		if x.Greedy, err = rightAnswers(ctx, e, weights, chat, items, 1, greedy); err != nil {
			return fmt.Errorf("answering in %s: %w", lang, err)
		}
		if x.Sampled, err = rightAnswers(ctx, e, weights, chat, items, examinedSamples, sampled); err != nil {
			return fmt.Errorf("answering in %s: %w", lang, err)
		}
		if err := x.judge(ctx, judge.Self{Engine: e, Weights: weights, Chat: chat, Tokens: examinedTokens}, w, items); err != nil {
			return fmt.Errorf("judging in %s: %w", lang, err)
		}
		progress(x)
	}
	return nil
}

// spread takes n of the items at equal distances: they come kind by kind.
func spread(items []world.Item, n int) []world.Item {
	n = min(n, len(items))
	picked := make([]world.Item, n)
	for i := range picked {
		picked[i] = items[i*len(items)/n]
	}
	return picked
}

// rightAnswers counts how many of n answers to each item are exactly the known one.
func rightAnswers(ctx context.Context, e *nn.Engine, weights *nn.Weights, chat *text.Chat, items []world.Item, n int, s decode.Settings) (int, error) {
	s.Stops = chat.Ends()
	prompts := make([]decode.Prompt, len(items))
	for i, item := range items {
		ask, err := chat.Prompt(item.Prompt)
		if err != nil {
			return 0, err
		}
		prompts[i] = decode.Prompt{Tokens: ask, Stream: func(sample int) *rand.Rand {
			return rng.Stream(0, "examination", item.ID, strconv.Itoa(sample))
		}}
	}
	right := 0
	for _, block := range decode.Blocks(prompts, n, s.Rows) {
		answers, err := decode.Answers(ctx, e, weights, prompts, block, n, s)
		if err != nil {
			return 0, err
		}
		for k, i := range block.Prompts {
			for _, a := range answers[k] {
				if chat.Decode(a.Tokens) == items[i].Answer {
					right++
				}
			}
		}
	}
	return right, nil
}

// judge scores every item's right answer and its defects.
func (x *Examination) judge(ctx context.Context, j judge.Judge, w *world.World, items []world.Item) error {
	var asked []judge.Item
	var first []int // of each item's answers, the right one before its defects
	for _, item := range items {
		first = append(first, len(asked))
		asked = append(asked, judge.Item{Instruction: item.Prompt, Answer: item.Answer})
		for _, d := range w.Defects(item) {
			asked = append(asked, judge.Item{Instruction: item.Prompt, Answer: d.Text})
		}
	}
	scores, err := j.Scores(ctx, asked)
	if err != nil {
		return err
	}
	first = append(first, len(asked))
	for i, end := range first[1:] {
		right := first[i]
		for _, s := range scores[right:end] {
			if !s.Parsed {
				x.Unparsed++
			}
		}
		for _, wrong := range scores[right+1 : end] {
			switch {
			case !wrong.Parsed || !scores[right].Parsed:
				continue
			case scores[right].Value > wrong.Value:
				x.Ordered++
			case scores[right].Value == wrong.Value:
				x.Tied++
			}
			x.Couples++
		}
	}
	return nil
}
