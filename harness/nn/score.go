package nn

import (
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// PairLogProb is a pair under one model, as far as losses ask for it.
type PairLogProb struct {
	Chosen   AnswerLogProb `json:"chosen"`
	Rejected AnswerLogProb `json:"rejected"`
}

// AnswerLogProb is an answer of a pair under one model.
type AnswerLogProb struct {
	Sum    float64 `json:"sum"`  // of the tokens' log-probs
	Head   float64 `json:"head"` // of those up to the length of the pair's shorter answer
	Tokens int     `json:"tokens"`
}

// Mean is the log-prob per token; 0 of an answer without tokens.
func (a AnswerLogProb) Mean() float64 { return a.Sum / float64(max(1, a.Tokens)) }

// SumPair sums the log-probs of the tokens of a pair's answers.
func SumPair(chosen, rejected []float64) PairLogProb {
	shorter := min(len(chosen), len(rejected))
	return PairLogProb{sumAnswer(chosen, shorter), sumAnswer(rejected, shorter)}
}

func sumAnswer(logp []float64, shorter int) AnswerLogProb {
	a := AnswerLogProb{Tokens: len(logp)}
	for i, x := range logp {
		if a.Sum += x; i < shorter {
			a.Head += x
		}
	}
	return a
}

// score is the number by which a loss compares answers, made of their tokens' log-probs: on the device for the policy,
// whose gradient it carries, and on the host for the reference.
type score struct {
	device func(l PreferenceLoss, logp, mask *Node) *Node // [2·pairs, span] -> [2·pairs]
	host   func(l PreferenceLoss, a AnswerLogProb) float64
}

// summed is log π(y|x).
var summed = score{
	device: func(_ PreferenceLoss, logp, _ *Node) *Node { return graph.ReduceSum(logp, -1) },
	host:   func(_ PreferenceLoss, a AnswerLogProb) float64 { return a.Sum },
}

// averaged is log π(y|x) / |y|. A row of padding has no tokens and the score 0: 0/0 would reach the gradients of all.
var averaged = score{
	device: func(_ PreferenceLoss, logp, mask *Node) *Node {
		length := graph.ReduceSum(mask, -1)
		return graph.Div(graph.ReduceSum(logp, -1), graph.Max(length, graph.OnesLike(length)))
	},
	host: func(_ PreferenceLoss, a AnswerLogProb) float64 { return a.Mean() },
}

// desensitised is LD-DPO's (Liu et al. 2024): of the tokens beyond the length of the pair's shorter answer only the share α
// counts, Σ_head + α·Σ_tail.
var desensitised = score{
	device: func(l PreferenceLoss, logp, mask *Node) *Node {
		rows, span := logp.Shape().Dim(0), logp.Shape().Dim(1)
		lengths := graph.Reshape(graph.ReduceSum(mask, -1), rows/2, 2)
		shorter := graph.BroadcastToDims(graph.ReduceAndKeep(lengths, graph.ReduceMin, -1), rows/2, 2)
		slots := graph.Iota(logp.Graph(), shapes.Make(logp.DType(), rows, span), 1)
		inHead := graph.LessThan(slots, graph.BroadcastToDims(graph.Reshape(shorter, rows, 1), rows, span))
		head := graph.ReduceSum(graph.Where(inHead, logp, graph.ZerosLike(logp)), -1)
		tail := graph.ReduceSum(graph.Where(inHead, graph.ZerosLike(logp), logp), -1)
		return graph.Add(head, graph.MulScalar(tail, l.LDAlpha))
	},
	host: func(l PreferenceLoss, a AnswerLogProb) float64 { return a.Head + l.LDAlpha*(a.Sum-a.Head) },
}
