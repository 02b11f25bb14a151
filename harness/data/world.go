package data

import (
	"fmt"
	"sync"

	"congrad/harness/record"
	"congrad/harness/world"
)

// World is the embedded world as prompts and as items of the alignment tax.
type World struct {
	world   *world.World
	version func() string
}

// FromWorld makes a source of a world.
func FromWorld(w *world.World) *World {
	return &World{w, sync.OnceValue(func() string { return "world " + w.Digest() })} // a tenth of a second, and often asked for
}

// Version is the world's digest.
func (s *World) Version() string { return s.version() }

// Preference implements [Source].
func (s *World) Preference(seed uint64, lang string, iteration, n int) ([]Prompt, error) {
	return cut(s.ordered(world.Preference, lang, seed), lang, iteration, n)
}

// PreferenceCount implements [Source].
func (s *World) PreferenceCount(lang string) int { return len(s.world.Items(world.Preference, lang)) }

// Held implements [Source].
func (s *World) Held(part, lang string, n int) ([]Prompt, error) {
	split := map[string]world.Split{PartEval: world.Eval, PartDev: world.Dev}[part]
	if split == "" {
		return nil, fmt.Errorf("%q: no such split", part)
	}
	items := s.ordered(split, lang, 0)
	return items[:min(n, len(items))], nil
}

// Unanswered implements [Source]: the world knows all of its answers.
func (s *World) Unanswered(_, _ string) string { return "" }

// Place implements [Source].
func (s *World) Place(_ string) string { return "" }

// Files implements [Source].
func (s *World) Files() []record.PromptFile { return nil }

// ordered lists a split's prompts in an order of facts that is a function of the seed.
func (s *World) ordered(split world.Split, lang string, seed uint64) []Prompt {
	var prompts []Prompt
	for _, item := range s.world.Items(split, lang) {
		prompts = append(prompts, Prompt{ID: item.ID, Cluster: item.Fact, Lang: lang, Text: item.Prompt, Right: item.Answer, Kind: string(item.Kind)})
	}
	sortByDraw(prompts, seed, byCluster)
	return prompts
}

// Choices returns up to n multiple-choice items of a language.
func (s *World) Choices(lang string, n int) []Choice {
	var list []Choice
	for _, c := range s.world.Choices(lang) {
		list = append(list, Choice{ID: c.Item.ID, Cluster: c.Item.Fact, Lang: lang, Text: c.Item.Prompt, Options: c.Options[:], Right: c.Right})
	}
	sortByDraw(list, 0, func(c Choice) string { return c.Cluster })
	return list[:min(n, len(list))]
}

// Passages returns up to n held-out passages of a language. Languages share no cluster: passages are not cut alike.
func (s *World) Passages(lang string, n int) []Passage {
	var list []Passage
	for i, text := range s.world.Plain(world.PlainHeld, lang) {
		id := fmt.Sprintf("%s/passage/%d", lang, i)
		list = append(list, Passage{ID: id, Cluster: id, Lang: lang, Text: text})
	}
	sortByDraw(list, 0, func(p Passage) string { return p.ID })
	return list[:min(n, len(list))]
}
