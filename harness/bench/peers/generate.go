package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"congrad/harness/decode"
	"congrad/harness/open"
	"congrad/harness/rng"
	"congrad/harness/text"
)

// generate answers prompts, of which w says where they come from: random ones (greedy, flat) or those of the pairs (sample).
func generate(w work, n int, s decode.Settings) (func() error, error) {
	e, host, err := w.engine()
	if err != nil {
		return nil, err
	}
	policy, err := e.Upload(host)
	if err != nil {
		return nil, err
	}
	var asked []decode.Prompt
	add := func(ids []int) {
		at := strconv.Itoa(len(asked))
		asked = append(asked, decode.Prompt{Tokens: ids, Stream: func(sample int) *rand.Rand { return rng.Stream(1, "sample", at, strconv.Itoa(sample)) }})
	}
	if w.Pairs != "" {
		pairs, err := w.readPairs()
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			add(p.Chosen.Prompt)
		}
	} else {
		for _, row := range w.random(e.Config.Vocab) {
			add(append(row.Prompt, row.Answer...)[:w.Seq])
		}
	}
	once := func() error { return answered(e, policy, asked, n, s, func(int, []decode.Answer) {}) }
	return once, once() // compiles
}

// greedy continues random prompts by a fixed number of tokens.
func greedy(w work) (func() error, error) {
	return generate(w, 1, decode.Settings{MaxTokens: w.Answer, Rows: w.Rows})
}

// flat draws from nearly flat logits of random weights: nothing is unlikely, and the nucleus is most of the vocabulary.
func flat(w work) (func() error, error) {
	return generate(w, 1, decode.Settings{Temperature: 1, TopP: 0.9, MaxTokens: w.Answer, Rows: w.Rows})
}

// sample draws four answers of the embedded model to each prompt.
func sample(w work) (func() error, error) {
	_, chat, err := open.Model("tiny-1")
	if err != nil {
		return nil, err
	}
	w.Shape = "embedded"
	return generate(w, 4, sampling(chat.Ends()))
}

// tokenize encodes the lines of a file with a tokenizer file.
func tokenize(w work) (func() error, error) {
	file, err := os.ReadFile(w.Tokenizer)
	if err != nil {
		return nil, err
	}
	tokenizer, err := text.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Tokenizer, err)
	}
	if file, err = os.ReadFile(w.Texts); err != nil {
		return nil, err
	}
	var lines []string
	if err := json.Unmarshal(file, &lines); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Texts, err)
	}
	once := func() error {
		for range 20 {
			for _, line := range lines {
				tokenizer.Encode(line)
			}
		}
		return nil
	}
	return once, once() // fills the cache
}
