// Package preference makes preference pairs of scored answers.
package preference

// Scored is one answer to a prompt with the judge's score.
type Scored struct {
	Text   string
	Tokens int
	Score  float64
	Parsed bool // false where the judge's score could not be read; such an answer is never chosen nor rejected
}

// Rules say which two answers make a pair.
type Rules struct {
	MinGap         float64 // smallest difference of the scores that still counts
	MaxLengthRatio float64 // largest ratio of the answers' tokens; 0 allows any
}

// Outcome is the result for a prompt.
type Outcome int

// The outcomes, in the order in which they are tested.
const (
	Paired    Outcome = iota
	TooFew            // fewer than two scored answers
	Tied              // the best and the worst score are equal
	Duplicate         // the best and the worst text are identical
	Narrow            // under the minimum gap or over the length ratio
)

// Pair picks the best and the worst of a prompt's answers (Yuan et al. 2024, section 2.3), of equal scores the earlier
// sample, and returns their indices if they make a pair.
func Pair(answers []Scored, r Rules) (chosen, rejected int, outcome Outcome) {
	chosen, rejected = -1, -1
	scored := 0
	for i, a := range answers {
		if !a.Parsed {
			continue
		}
		scored++
		if chosen < 0 || a.Score > answers[chosen].Score {
			chosen = i
		}
		if rejected < 0 || a.Score < answers[rejected].Score {
			rejected = i
		}
	}
	if scored < 2 {
		return chosen, rejected, TooFew
	}
	best, worst := answers[chosen], answers[rejected]
	switch {
	case best.Score == worst.Score:
		return chosen, rejected, Tied
	case best.Text == worst.Text:
		return chosen, rejected, Duplicate
	case best.Score-worst.Score < r.MinGap, r.MaxLengthRatio > 0 && lengthRatio(best.Tokens, worst.Tokens) > r.MaxLengthRatio:
		return chosen, rejected, Narrow
	}
	return chosen, rejected, Paired
}

// lengthRatio is the longer length over the shorter; an empty answer counts as one token.
func lengthRatio(a, b int) float64 {
	a, b = max(1, a), max(1, b)
	return float64(max(a, b)) / float64(min(a, b))
}
