package kind

import (
	"congrad/harness/forecast"
	"congrad/harness/nn"
	"congrad/harness/train"
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

// Pair is the mean length of a pair as the device reads it: its answers share the prompt, and the last token of each is only predicted.
func (l Lengths) Pair() float64 { return l.Prompt + 2*(l.Answer-1) }

// LongestPair is the length of the longest prompt with two answers that are cut.
func (l Lengths) LongestPair() int { return l.Longest + 2*(l.Most-1) }

// filled is the share of the tokens that the device reads that are not padding, where several units lie in a sequence.
const filled = 0.85

// Block is the largest that the device works on of units up to a length, with answers of so many tokens in each, in batches of so many
// tokens.
func Block(units, longest, answers, tokens int) forecast.Block {
	seq := nn.Bucket(longest)
	return forecast.Block{Rows: min(max(1, tokens/seq), train.Round(units)), Seq: seq, Span: min(answers, seq)}
}

// Reads is a stage that reads units of a mean length with so many answer tokens in each, in batches of so many tokens.
func (l Lengths) Reads(units int, length, answers float64, longest, most, tokens int) forecast.Stage {
	return forecast.Stage{
		Work: forecast.Reads, Tokens: int(float64(units) * length / filled), Answers: int(float64(units) * answers),
		Largest: Block(units, longest, most, tokens), Programs: 1,
	}
}

// Pairs is a stage that takes the gradient of each of so many pairs.
func (l Lengths) Pairs(pairs, tokens int) forecast.Stage {
	return forecast.Stage{
		Work: forecast.Differentiates, Tokens: pairs * nn.Bucket(int(l.Pair())), Answers: int(2 * float64(pairs) * l.Answer),
		Largest: Block(pairs, l.LongestPair(), 2*l.Most, tokens), Programs: l.Buckets + 1,
	}
}

// Trains is a stage that trains on so many units of a mean length in all, so many in a step, with so many answer tokens in each, in
// batches of so many tokens.
func (l Lengths) Trains(units, inStep int, length, answers float64, longest, most, tokens int) forecast.Stage {
	block := Block(inStep, longest, most, tokens)
	accumulated := 1
	if float64(block.Rows*block.Seq)*filled < float64(inStep)*length {
		accumulated = 2
	}
	return forecast.Stage{
		Work: forecast.Trains, Tokens: int(float64(units) * length / filled), Answers: int(float64(units) * answers),
		Steps: (units + inStep - 1) / max(1, inStep), Largest: block, Programs: 2, Accumulated: accumulated,
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
