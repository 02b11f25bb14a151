// Package data gives instructions: those that make preferences, and those held out.
package data

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"congrad/harness/rng"
	"congrad/harness/world"
)

// Prompt is one instruction.
type Prompt struct {
	ID      string // unique over all languages
	Cluster string // what is asked, in no language: prompts that ask it in several languages share it
	Lang    string
	Text    string
	Right   string // the known answer
}

// Choice is a multiple-choice item.
type Choice struct {
	ID, Cluster, Lang, Text string
	Options                 []string
	Right                   int
}

// Passage is a stretch of plain text.
type Passage struct {
	ID, Cluster, Lang, Text string
}

// Source is the embedded world as prompts and task items.
type Source struct {
	world *world.World
	// Version names everything that the source can return; it enters the keys of stages.
	Version func() string
}

// FromWorld makes a source of a world.
func FromWorld(w *world.World) *Source {
	return &Source{w, sync.OnceValue(func() string { return "world " + w.Digest() })} // a tenth of a second, and often asked for
}

// Preference returns n prompts of a language for an iteration (from 1): an order of all facts is drawn from the seed, the
// same for all languages, and every iteration takes the next n. It is an error to ask for more than there are.
func (s *Source) Preference(seed uint64, lang string, iteration, n int) ([]Prompt, error) {
	items := s.ordered(world.Preference, lang, seed)
	if n*iteration > len(items) {
		return nil, fmt.Errorf("iteration %d asks for prompts %d to %d in %s; there are %d (prompts.per_language, iterations)", iteration, n*(iteration-1)+1, n*iteration, lang, len(items))
	}
	return items[n*(iteration-1) : n*iteration], nil
}

// PreferenceCount is how many prompts of a language Preference hands out over all iterations.
func (s *Source) PreferenceCount(lang string) int { return len(s.world.Items(world.Preference, lang)) }

// Held returns up to n held-out prompts of a language: the same for every seed.
func (s *Source) Held(split, lang string, n int) ([]Prompt, error) {
	which := map[string]world.Split{"eval": world.Eval, "dev": world.Dev}[split]
	if which == "" {
		return nil, fmt.Errorf("%q: no such split", split)
	}
	items := s.ordered(which, lang, 0)
	return items[:min(n, len(items))], nil
}

// ordered lists a split's prompts in an order of facts that is a function of the seed, so that all languages are asked
// the same, as far as they have the fact.
func (s *Source) ordered(split world.Split, lang string, seed uint64) []Prompt {
	var prompts []Prompt
	for _, item := range s.world.Items(split, lang) {
		prompts = append(prompts, Prompt{ID: item.ID, Cluster: item.Fact, Lang: lang, Text: item.Prompt, Right: item.Answer})
	}
	sortByDraw(prompts, seed, func(p Prompt) string { return p.Cluster })
	return prompts
}

// Choices returns up to n multiple-choice items of a language.
func (s *Source) Choices(lang string, n int) []Choice {
	var list []Choice
	for _, c := range s.world.Choices(lang) {
		list = append(list, Choice{ID: c.Item.ID, Cluster: c.Item.Fact, Lang: lang, Text: c.Item.Prompt, Options: c.Options[:], Right: c.Right})
	}
	sortByDraw(list, 0, func(c Choice) string { return c.Cluster })
	return list[:min(n, len(list))]
}

// Passages returns up to n held-out passages of a language. Languages share no cluster: passages are not cut alike.
func (s *Source) Passages(lang string, n int) []Passage {
	var list []Passage
	for i, text := range s.world.Plain(world.PlainHeld, lang) {
		id := fmt.Sprintf("%s/passage/%d", lang, i)
		list = append(list, Passage{ID: id, Cluster: id, Lang: lang, Text: text})
	}
	sortByDraw(list, 0, func(p Passage) string { return p.ID })
	return list[:min(n, len(list))]
}

// sortByDraw orders a list by a key drawn for each entry's name.
func sortByDraw[T any](list []T, seed uint64, name func(T) string) {
	slices.SortFunc(list, func(a, b T) int {
		x, y := rng.Key(seed, "order of items", name(a)), rng.Key(seed, "order of items", name(b))
		return cmp.Or(bytes.Compare(x[:], y[:]), strings.Compare(name(a), name(b)))
	})
}
