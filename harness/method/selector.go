package method

import (
	"fmt"

	"congrad/harness/suggest"

	"gonum.org/v1/gonum/mat"
)

// Selector is a row of the table of selectors.
type Selector struct {
	Name  string
	Doc   string
	Picks Picking // how pairs are picked
	Reads Reading // what its scores depend on
	// Scores ranks the pairs: those with the highest scores are kept (Keep), and those whose score is NaN are not up for
	// selection. nil where pairs are not ranked.
	Scores func(Evidence) []float64
}

// Selectors is the table, in display order.
var Selectors = []Selector{
	{"none", "no training: the base model", PicksNone, ReadsNothing, nil},
	{"all", "every pair: joint training", PicksAll, ReadsNothing, nil},
	{"congrad", "the pairs whose gradient agrees most with the consensus of the languages (Li et al. 2026)", PicksBestOnline, ReadsConsensus, ConGrad},
	{"anti", "the pairs whose gradient agrees least with the consensus: a lower bound", PicksBest, ReadsConsensus, Anti},
	{"own_language", "the pairs whose gradient agrees most with their own language's; other languages play no part", PicksBest, ReadsGradients, OwnLanguage},
	{"validation", "the pairs whose gradient agrees most with that of held-back pairs (after Xia et al. 2024, LESS)", PicksBest, ReadsHeldBack, Validation},
	{"validation_adam", "the same with exact gradients, scaled as Adam's updates would be (Xia et al. 2024, LESS)", PicksBest, ReadsHeldBackAdam, Validation},
	{"reward_margin", "the pairs with the largest gap between the judge's two scores", PicksBest, ReadsGap, RewardMargin},
	{"implicit_margin_high", "the pairs whose chosen answer the policy itself prefers most (after Deng et al. 2025)", PicksBest, ReadsMargin, ImplicitMarginHigh},
	{"implicit_margin_low", "the pairs whose chosen answer the policy itself prefers least (after Qi et al. 2025)", PicksBest, ReadsMargin, ImplicitMarginLow},
	{"perplexity_band", "the pairs whose chosen answer is neither easy nor hard for the policy (after Marion et al. 2023)", PicksBest, ReadsChosen, PerplexityBand},
	{"ifd", "the pairs whose chosen answer gains least from the instruction: instruction-following difficulty (after Li et al. 2024)", PicksBest, ReadsUnprompted, IFD},
	{"consistent", "the pairs on which the judge and the policy's own likelihood agree most (after Wang et al. 2024, CREAM; arXiv 2502.08922, SCIR)", PicksBest, ReadsAgreement, Consistent},
	{"loss_difference", "the pairs that training on held-back pairs makes easiest for the policy (LossDiff of Zhang et al. 2025)", PicksBest, ReadsGain, LossDifference},
	{"trusted", "all pairs in languages where the judge is trusted; in others, pairs whose gradient agrees with those languages'", PicksAtZero, ReadsTrust, Trusted},
	{"consensus_or_own", "the pairs whose gradient agrees with the trusted languages' or, in those languages, with their own language's", PicksAtZero, ReadsTrust, ConsensusOrOwn},
	{"random", "random pairs, as many of each language as another arm kept", PicksMatching, ReadsNothing, nil},
	{"oracle", "the pairs that are right by the reference answers: a bound for filters that find wrong pairs", PicksAtZero, ReadsKnown, Oracle},
}

// FindSelector looks a selector up by name.
func FindSelector(name string) (Selector, error) {
	var names []string
	for _, s := range Selectors {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Selector{}, fmt.Errorf("%q: no such selector%s (congrad ls methods)", name, suggest.DidYouMean(name, names))
}

// Ranks reports whether the pairs are ranked and the best are kept: how many is then the arm's own choice.
func (s Selector) Ranks() bool { return s.Scores != nil }

// OwnLanguage reports whether the pairs of a language are picked as if there were no other.
func (s Selector) OwnLanguage() bool {
	return s.Picks == PicksAll || s.Ranks() && !s.Reads.OtherLanguages()
}

// Picking is how a selector picks the pairs that are trained on.
type Picking int

// The ways of picking.
const (
	PicksNone       Picking = iota // nothing is trained
	PicksAll                       // every pair
	PicksBest                      // those that score highest, before any is trained on
	PicksBestOnline                // the same, or those of each batch while training goes on
	PicksAtZero                    // those that score at least 0, unless the arm's own table [arms.keep] says otherwise
	PicksMatching                  // as many pairs of each language as another arm kept, by a draw
)

// Reading is what of the Evidence a selector depends on. What it does not read is not computed for it.
type Reading int

// The readings.
const (
	ReadsNothing      Reading = iota
	ReadsGap                  // Gap
	ReadsMargin               // Margin
	ReadsChosen               // Chosen and Language
	ReadsUnprompted           // Chosen and Unprompted
	ReadsKnown                // Known
	ReadsAgreement            // Gap, Margin and Language
	ReadsGain                 // Gain, after a training on pairs that are held back
	ReadsGradients            // Pairs, Gram and Scoring, of each pair what belongs to its own language
	ReadsTrust                // Pairs, Gram and Scoring of all languages, and Trust
	ReadsConsensus            // those and Consensus, without Trust
	ReadsHeldBack             // Pairs, Gram and Scoring of all languages, where the language gradients are those of pairs held back
	ReadsHeldBackAdam         // the same, where Pairs are of gradients that are scaled by weight as Adam's updates are
)

// Gradients reports whether the pairs' gradients are needed.
func (r Reading) Gradients() bool { return r >= ReadsGradients }

// OtherLanguages reports whether a pair's score depends on other languages' pairs.
func (r Reading) OtherLanguages() bool { return r == ReadsTrust || r == ReadsConsensus || r.HeldBack() }

// HeldBack reports whether some of the pairs are held back: to make the language gradients, or to train on.
func (r Reading) HeldBack() bool {
	return r == ReadsHeldBack || r == ReadsHeldBackAdam || r == ReadsGain
}

// Evidence is what is known of an iteration's n pairs when some are picked, before any is trained on.
type Evidence struct {
	Gap    []float64 // [n] the judge's score of the chosen answer minus that of the rejected one
	Margin []float64 // [n] mean log-prob of the chosen answer's tokens minus that of the rejected one's, under the iteration's start
	Chosen []float64 // [n] mean log-prob of the chosen answer's tokens, under the iteration's start
	// [n] the same behind an instruction without a word
	Unprompted []float64
	// [n] how much more likely the chosen answer is than the rejected one, as a log-ratio of whole answers, once the policy was trained on
	// held-back pairs, minus the same before; NaN for the held-back pairs
	Gain  []float64
	Known []float64 // [n] the chosen answer's score against the reference answer minus the rejected one's; 0 where they are equal

	Pairs                   // their gradients
	Gram      *mat.SymDense // [K, K] of the language gradients
	Scoring   Scoring
	Consensus Weighting
	Parts     []Part    // the consensus and what is compared with it, where it is found part by part of the weights; nil for all at once
	Trust     []float64 // [K] how far the judge is trusted in each language, 0 where it is not (Told, Checked, Coherence)
}

// negated turns the signs, so that the lowest rank first.
func negated(scores []float64) []float64 {
	list := make([]float64, len(scores))
	for i, s := range scores {
		list[i] = 0 - s // and not -s, which turns a zero into a negative one
	}
	return list
}
