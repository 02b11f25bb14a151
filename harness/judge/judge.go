// Package judge scores answers: by the model's own opinion, or against the known answer.
package judge

import (
	"context"
	"fmt"
)

// Item is an answer to be judged.
type Item struct {
	Instruction string
	Answer      string
	Right       string // the known answer; empty where none is known
}

// Score is a judge's opinion of one answer.
type Score struct {
	Value  float64
	Parsed bool // false where the judge gave no score
}

// Judge scores answers, independently of each other.
type Judge interface {
	Scores(ctx context.Context, items []Item) ([]Score, error)
}

// Kinds lists the judges, in display order.
var Kinds = []struct{ Name, Doc string }{
	{"self", "the policy at the start of the iteration rates an answer by a digit; the score is the expected digit (Yuan et al. 2024)"},
	{"reference", "agreement with the reference answer: 1 for an exact match, else chrF (Popović 2015)"},
	{"endpoint", "a model behind an OpenAI-compatible server compares held-out answers in pairs, in evaluate.judge only (Zheng et al. 2023)"},
}

// errNoAnswer says that an item cannot be judged against a known answer.
func errNoAnswer(i Item) error {
	return fmt.Errorf("judging by reference: there is no reference answer for the instruction %q", i.Instruction)
}
