package nn

import (
	"fmt"

	"congrad/harness/loss"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Preference asks for a preference loss over pairs: rows 2i and 2i+1 of the batch are the chosen and the rejected answer
// of pair i.
type Preference struct {
	Loss      loss.Loss
	Reference []float64 // [pairs] score of chosen minus rejected under the reference, see loss.Loss.Reference
	Weight    []float64 // [pairs] share of each pair in the loss
}

func (p Preference) objective() Objective { return preference{p.Loss} }

func (p Preference) inputs(rows int) ([]*tensors.Tensor, error) {
	if _, ok := loss.Find(p.Loss.Kind); !ok {
		return nil, fmt.Errorf("%q: no such preference loss", p.Loss.Kind)
	}
	reference, err := padded("reference margins", p.Reference, rows/2)
	if err != nil {
		return nil, err
	}
	weight, err := padded("pair weights", p.Weight, rows/2)
	if err != nil {
		return nil, err
	}
	return []*tensors.Tensor{reference, weight}, nil
}

// preference is the objective of a loss of a kind that exists, see Preference.inputs.
type preference struct{ of loss.Loss }

func (p preference) name() string { return fmt.Sprintf("%+v", p.of) } // every parameter, whatever the kind

func (p preference) scores(logp, mask *Node) *Node {
	return loss.ScoreOf[number](p.of, pairs{logp, mask}).node
}

func (p preference) loss(logp, mask *Node, targets []*Node) (units, weight *Node) {
	return loss.Of(p.of, pairs{logp, mask}, number{targets[0]}).node, targets[1]
}

// pairs are a batch's pairs as losses see them. As answers they are all of its rows.
type pairs struct{ logp, mask *Node } // [2·pairs, span]

// LogProb is the answers' summed log-prob [2·pairs].
func (p pairs) LogProb() number { return number{graph.ReduceSum(p.logp, -1)} }

// Length is the answers' length in tokens [2·pairs], 0 of a row of padding.
func (p pairs) Length() number { return number{graph.ReduceSum(p.mask, -1)} }

// Parts are the answers' log-probs [2·pairs], summed up to and beyond the length of the pair's shorter answer.
func (p pairs) Parts() (head, tail number) {
	rows, span := p.logp.Shape().Dim(0), p.logp.Shape().Dim(1)
	lengths := graph.Reshape(p.Length().node, rows/2, 2)
	shorter := graph.BroadcastToDims(graph.ReduceAndKeep(lengths, graph.ReduceMin, -1), rows/2, 2)
	slots := graph.Iota(p.logp.Graph(), shapes.Make(p.logp.DType(), rows, span), 1)
	inHead := graph.LessThan(slots, graph.BroadcastToDims(graph.Reshape(shorter, rows, 1), rows, span))
	head = number{graph.ReduceSum(graph.Where(inHead, p.logp, graph.ZerosLike(p.logp)), -1)}
	tail = number{graph.ReduceSum(graph.Where(inHead, graph.ZerosLike(p.logp), p.logp), -1)}
	return head, tail
}

// ScoreChosen is the score of the chosen answers [pairs].
func (p pairs) ScoreChosen(score func(loss.Answer[number]) number) number {
	return number{pairSum(score(p).node, 1, 0)}
}

// Lead is the score of the chosen answers minus that of the rejected ones [pairs].
func (p pairs) Lead(score func(loss.Answer[number]) number) number {
	return number{pairSum(score(p).node, 1, -1)}
}

// pairSum weighs even rows, the chosen ones, and odd rows: [2n] -> [n]. It is a sum with factors, whose gradient is one product; the
// gradients of two slices would be padded and added.
func pairSum(rows *Node, chosen, rejected float64) *Node {
	pairs := graph.Reshape(rows, rows.Shape().Dim(0)/2, 2)
	factors := graph.ConstAsDType(rows.Graph(), rows.DType(), [][]float64{{chosen, rejected}})
	return graph.ReduceSum(graph.Mul(pairs, factors), -1)
}
