package sampling

import (
	"fmt"
	"slices"

	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/rng"
)

// plant swaps the answers of a known share of an iteration's pairs, so that it is known which of them conflict with the
// rest and a selector can be held against that. Every pair has a draw of its own, keyed by seed, iteration, language and
// prompt: whether it is swapped depends on no other pair, and a pair swapped at one share is swapped at every larger one.
type plant struct {
	rules     config.Pair
	seed      uint64
	iteration int
}

// swapped is the pair as the data are to have it. A swapped pair claims that the loser won, by the judge's gap: the gap
// keeps size and sign, which is what a reader of the data would see, and the known gap turns its sign.
func (p plant) swapped(x kind.Pair) kind.Pair {
	languages := p.rules.FlipLanguages
	if len(languages) > 0 && !slices.Contains(languages, x.Lang) {
		return x
	}
	if rng.Stream(p.seed, "planted conflict", fmt.Sprint(p.iteration), x.Lang, x.Prompt).Float64() >= p.rules.Flip {
		return x
	}
	x.Chosen, x.Rejected = x.Rejected, x.Chosen
	x.KnownGap = 0 - x.KnownGap // and not -x.KnownGap, which turns a zero into a negative one
	x.Planted = true
	return x
}
