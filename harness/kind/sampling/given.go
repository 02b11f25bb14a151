package sampling

import (
	"context"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Given takes the pairs of the first iteration from people's files. Nothing is sampled or judged.
type Given struct {
	Source    string // version of the pairs
	Languages []string
	Per       int // of each language, at most; 0 for all
	Seed      uint64
	kind.Host
	kind.Tokenless
	kind.Quick
}

// Kind of the stage.
func (Given) Kind() kind.Kind {
	return kind.Kind{Name: "given-pairs", Version: 1, Title: "taking given pairs"}
}

// Title says what the stage does.
func (Given) Title() string { return "take given pairs" }

// Inputs are none.
func (Given) Inputs() []stage.Ref { return nil }

// Drawn are the pairs, language by language.
func (g Given) Drawn(p *data.Pairs) (list []data.Preference) {
	for _, lang := range g.Languages {
		list = append(list, p.Drawn(g.Seed, lang, g.Per)...)
	}
	return list
}

// Do leaves pairs.jsonl, and pairing.jsonl with the counts.
func (g Given) Do(_ context.Context, _ *stage.Desk, b *bench.Bench) (stage.Files, error) {
	made, err := kind.Given(b, g.Drawn(b.Pairs), 0)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range made {
		counts[p.Lang]++
	}
	var pairing []record.Pairing
	for _, lang := range g.Languages {
		pairing = append(pairing, record.Pairing{Lang: lang, Prompts: counts[lang], Pairs: counts[lang]})
	}
	files, err := stage.Output("pairs", made)
	if err != nil {
		return nil, err
	}
	files["pairing.jsonl"], err = stage.Encode("pairing", pairing)
	return files, err
}

// Record adds the prompts where they are met first, and what making the pairs would have.
func (g Given) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	if at.First != "" {
		var prompts []data.Prompt
		for _, p := range g.Drawn(b.Pairs) {
			prompts = append(prompts, data.Prompt{ID: p.ID(), Lang: p.Lang, Text: p.Prompt})
		}
		RecordPrompts(set, prompts)
	}
	return recordPairs(s, b, "", at, set)
}
