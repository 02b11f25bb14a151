// Package data gives instructions: those that make preferences, and those held out. They come from the embedded world or
// from files of the user's; the items of the alignment tax are the world's.
package data

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/harness/rng"
)

// Prompt is one instruction.
type Prompt struct {
	ID      string // unique over all languages
	Cluster string // what is asked, whatever the language: translations of a prompt share it
	Lang    string
	Text    string
	Right   string // the reference answer; empty if there is none
	Kind    string // of what is asked, in the embedded world; empty in files
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

// The parts of a source. No cluster is in two of them.
const (
	PartPreference = "preference" // prompts that are answered, judged and trained on
	PartEval       = "eval"       // held out, for what is reported
	PartDev        = "dev"        // held out, for every choice made on the way
)

// Source gives prompts.
type Source interface {
	// Version identifies everything that the source can return; it is a part of the keys of stages.
	Version() string
	// Preference returns n prompts of a language for an iteration (from 1): an order of all clusters is drawn from the seed,
	// the same for all languages, and every iteration takes the next n. It is an error to ask for more than there are.
	Preference(seed uint64, lang string, iteration, n int) ([]Prompt, error)
	// PreferenceCount is how many prompts of a language Preference hands out over all iterations.
	PreferenceCount(lang string) int
	// Held returns up to n held-out prompts of a language: the same for every seed.
	Held(part, lang string, n int) ([]Prompt, error)
	// Unanswered returns the place of a prompt without a reference answer; empty if every prompt of the language has one.
	Unanswered(part, lang string) (place string)
	// Place is where a prompt with this id is, as file and line; empty in the embedded world.
	Place(id string) (place string)
	// Files describes what was read; nil for the embedded world.
	Files() []record.PromptFile
}

// cut takes an iteration's share out of all prompts of a language.
func cut(all []Prompt, lang string, iteration, n int) ([]Prompt, error) {
	if n*iteration > len(all) {
		return nil, fmt.Errorf("iteration %d asks for prompts %d to %d in %s; there are %d (prompts.per_language, iterations)", iteration, n*(iteration-1)+1, n*iteration, lang, len(all))
	}
	return all[n*(iteration-1) : n*iteration], nil
}

// byCluster makes all languages share one draw, so that all are asked the same clusters where they have them.
func byCluster(p Prompt) string { return p.Cluster }

// sortByDraw orders a list by a key drawn for each entry's name; entries of one name keep their order.
func sortByDraw[T any](list []T, seed uint64, name func(T) string) {
	drawn := map[string]string{} // once for each name, and not for each comparison
	for _, x := range list {
		if _, there := drawn[name(x)]; !there {
			key := rng.Key(seed, "order of items", name(x))
			drawn[name(x)] = string(key[:])
		}
	}
	slices.SortStableFunc(list, func(a, b T) int {
		return cmp.Or(strings.Compare(drawn[name(a)], drawn[name(b)]), strings.Compare(name(a), name(b)))
	})
}
