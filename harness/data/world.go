package data

import (
	"fmt"
	"slices"
	"sync"

	"congrad/harness/record"
	"congrad/harness/world"
)

// World is the embedded world as prompts and as items of the alignment tax.
type World struct {
	world   *world.World
	kinds   []world.Kind // of the prompts; empty for all
	version func() string
}

// FromWorld makes a source of a world.
func FromWorld(w *world.World) *World {
	version := sync.OnceValue(func() string { return "world " + w.Digest() }) // a tenth of a second, and often asked for
	return &World{world: w, version: version}
}

// Only is the same world with prompts of some kinds, in whatever order they are given, or of all where none is. Items of the
// alignment tax stay.
func (s *World) Only(kinds []string) *World {
	if len(kinds) == 0 {
		return s
	}
	narrowed := &World{world: s.world}
	version := ""
	for _, kind := range world.Core() {
		if slices.Contains(kinds, string(kind)) {
			narrowed.kinds = append(narrowed.kinds, kind)
			version += " " + string(kind)
		}
	}
	narrowed.version = func() string { return s.version() + ":" + version }
	return narrowed
}

// Version is the world's digest, and the kinds of its prompts where these are not all.
func (s *World) Version() string { return s.version() }

// Preference implements [Source].
func (s *World) Preference(seed uint64, lang string, iteration, n int) ([]Prompt, error) {
	return cut(s.ordered(world.Preference, lang, seed), lang, iteration, n)
}

// PreferenceCount implements [Source].
func (s *World) PreferenceCount(lang string) int { return len(s.items(world.Preference, lang)) }

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
	for _, item := range s.items(split, lang) {
		prompts = append(prompts, Prompt{ID: item.ID, Cluster: item.Fact, Lang: lang, Text: item.Prompt, Right: item.Answer, Kind: string(item.Kind)})
	}
	sortByDraw(prompts, seed, byCluster)
	return prompts
}

// items are those of the kinds that are asked for.
func (s *World) items(split world.Split, lang string) []world.Item {
	items := s.world.Items(split, lang)
	if len(s.kinds) == 0 {
		return items
	}
	return slices.DeleteFunc(items, func(item world.Item) bool { return !slices.Contains(s.kinds, item.Kind) })
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
