package kind

import (
	"congrad/harness/forecast"
	"congrad/harness/nn"
)

// Lengths are what a plan cannot know and a forecast has to assume: tokens of texts, counted on the study's own prompts. An answer
// is taken to be as long as the reference answer in the mean, the longest to be cut at generate.max_tokens; every prompt is taken
// to make a pair.
type Lengths struct {
	Prompt, Answer, Judgement float64 // mean
	Longest, Judged           int     // prompt, judgement
	Most                      int     // tokens of an answer
	Known                     bool    // else answers are all taken to be cut
	Prompts                   int     // that were counted
	Buckets                   int     // padded lengths that they come to
}

// Row is the mean length of a prompt with its answer, as the device reads it; LongestRow that of the longest.
func (l Lengths) Row() float64 { return l.Prompt + l.Answer - 1 }

// LongestRow is the length of the longest prompt with an answer that is cut.
func (l Lengths) LongestRow() int { return l.Longest + l.Most - 1 }

// Block is the largest that train.Blocks makes of so many rows up to a length, each of them to a unit, in batches of so many tokens.
func Block(rows, each, longest, span, tokens int) forecast.Block {
	seq := nn.Bucket(longest)
	fit := max(1, tokens/seq/each) * each
	return forecast.Block{Rows: min(fit, nn.Bucket(rows)), Seq: seq, Span: nn.Bucket(span)}
}

// Reads is a stage that reads rows of a mean length with a mean length of answers, in batches of so many tokens.
func (l Lengths) Reads(rows, each int, row, answer float64, longest, span, tokens int) forecast.Stage {
	return forecast.Stage{
		Work: forecast.Reads, Tokens: rows * nn.Bucket(int(row)), Answers: int(float64(rows) * answer),
		Largest: Block(rows, each, longest, span, tokens), Programs: l.Buckets + 1,
	}
}

// Pairs is a stage that takes gradients of so many pairs.
func (l Lengths) Pairs(pairs, tokens int) forecast.Stage {
	return forecast.Stage{
		Work: forecast.Differentiates, Tokens: 2 * pairs * nn.Bucket(int(l.Row())), Answers: int(2 * float64(pairs) * l.Answer),
		Largest: Block(2*pairs, 2, l.LongestRow(), l.Most, tokens), Programs: l.Buckets + 1,
	}
}

// Decodes is a stage that makes so many answers, n to each prompt, so many side by side. A block of answers goes on for as long as one
// of them does.
func (l Lengths) Decodes(answers, n, rows int) forecast.Stage {
	side := max(1, rows/n) // prompts at once
	if prompts := answers / n; prompts < side {
		side = min(side, nn.Bucket(prompts))
	}
	blocks := (answers/n + side - 1) / side
	return forecast.Stage{
		Work: forecast.Decodes, Tokens: answers / n * nn.Bucket(int(l.Prompt)), Answers: int(float64(answers) * l.Answer),
		Steps: blocks * l.Most, Answered: side, Programs: 3 * l.Buckets,
		Largest: forecast.Block{Rows: side * n, Seq: nn.Bucket(l.Longest), Span: l.Most},
	}
}
