package config

import (
	"slices"
	"strings"

	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/world"
)

// selectors names those of the table that are meant.
func selectors(meant func(method.Selector) bool) (names []string) {
	for _, s := range method.Selectors {
		if meant(s) {
			names = append(names, s.Name)
		}
	}
	return names
}

// losses names those of the table that are meant.
func losses(meant func(loss.Kind) bool) (names []string) {
	for _, k := range loss.Kinds() {
		if meant(k) {
			names = append(names, k.Name)
		}
	}
	return names
}

// aggregators names those of the table.
func aggregators() (names []string) {
	for _, a := range method.Aggregators {
		names = append(names, a.Name)
	}
	return names
}

// coreKinds names the kinds of the embedded world's prompts.
func coreKinds() (names []string) {
	for _, k := range world.Core() {
		names = append(names, string(k))
	}
	return names
}

func every[T any](T) bool { return true }

func picking(p method.Picking) func(method.Selector) bool {
	return func(s method.Selector) bool { return s.Picks == p }
}

// matching reports whether an arm can copy another arm's number of pairs per language.
func matching(s method.Selector) bool {
	return s.Picks == method.PicksMatching || s.Reads == method.ReadsKnown
}

func holdingBack(s method.Selector) bool { return s.Reads.HeldBack() }

func trusting(s method.Selector) bool { return s.Reads == method.ReadsTrust }

func taking(parameter string) func(loss.Kind) bool {
	return func(k loss.Kind) bool { return slices.Contains(k.Takes, parameter) }
}

// only heads the documentation of a key that nothing but these reads.
func only(names []string) string { return strings.Join(names, ", ") + ": " }

// and lists names in a sentence.
func and(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
