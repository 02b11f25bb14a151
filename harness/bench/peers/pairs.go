package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"

	"congrad/harness/data"
	"congrad/harness/decode"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/rng"
	"congrad/harness/train"
)

// pair is a preference pair in the file that both sides read. The answers have their end token.
type pair struct {
	Language int   `json:"language"`
	Prompt   []int `json:"prompt"`
	Chosen   []int `json:"chosen"`
	Rejected []int `json:"rejected"`
}

// writePairs lets the embedded model answer prompts of the embedded world twice and writes the answers as pairs. Which is preferred does
// not matter to what a step takes; the lengths do.
func writePairs(w work) error {
	made, _, err := open.World("tiny-1")
	if err != nil {
		return err
	}
	source, languages := data.FromWorld(made), made.Languages()
	_, chat, err := open.Model("tiny-1")
	if err != nil {
		return err
	}
	var list []pair
	var asked []decode.Prompt
	for i, language := range languages {
		count := (w.Count + len(languages) - 1) / len(languages)
		prompts, err := source.Preference(1, language, 1, min(count, source.PreferenceCount(language)))
		if err != nil {
			return err
		}
		for _, p := range prompts {
			ids, err := chat.Prompt(p.Text)
			if err != nil {
				return err
			}
			list = append(list, pair{Language: i, Prompt: ids})
			asked = append(asked, decode.Prompt{Tokens: ids, Stream: func(sample int) *rand.Rand {
				return rng.Stream(1, "pairs", p.ID, strconv.Itoa(sample))
			}})
		}
	}
	w.Shape = "embedded"
	e, host, err := w.engine()
	if err != nil {
		return err
	}
	policy, err := e.Upload(host)
	if err != nil {
		return err
	}
	settings := sampling(chat.Ends())
	err = answered(e, policy, asked, 2, settings, func(i int, answers []decode.Answer) {
		ended := func(a decode.Answer) []int { return append(slices.Clip(a.Tokens), chat.Stop()) }
		list[i].Chosen, list[i].Rejected = ended(answers[0]), ended(answers[1])
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return os.WriteFile(w.Pairs, text, 0o644)
}

// sampling are the settings that the experiments' defaults have.
func sampling(stops []int) decode.Settings {
	return decode.Settings{Temperature: 0.7, TopP: 0.9, MaxTokens: 32, Stops: stops, Rows: 256}
}

// answered answers prompts block by block, n times each, and hands the answers to each over.
func answered(e *nn.Engine, policy *nn.Weights, asked []decode.Prompt, n int, s decode.Settings, take func(i int, answers []decode.Answer)) error {
	for _, block := range decode.Blocks(asked, n, s.Rows) {
		made, err := decode.Answers(context.Background(), e, policy, asked, block, n, s)
		if err != nil {
			return err
		}
		for k, i := range block.Prompts {
			take(i, made[k])
		}
	}
	return nil
}

// embedded is the embedded model.
func embedded() (*model.Weights, error) {
	folder, _, err := open.Model("tiny-1")
	if err != nil {
		return nil, err
	}
	return folder.Load()
}

// readPairs reads the pairs of the file.
func (w work) readPairs() (list []train.Pair, err error) {
	text, err := os.ReadFile(w.Pairs)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	if err := json.Unmarshal(text, &pairs); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Pairs, err)
	}
	if w.Count > 0 {
		pairs = pairs[:min(w.Count, len(pairs))]
	}
	for _, p := range pairs {
		list = append(list, train.Pair{
			Language: p.Language, Chosen: nn.Row{Prompt: p.Prompt, Answer: p.Chosen}, Rejected: nn.Row{Prompt: p.Prompt, Answer: p.Rejected},
		})
	}
	return list, nil
}
