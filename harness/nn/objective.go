package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Objective turns the answers' log-probs into the scalar that is minimised. Its inputs beside the batch are tensors of
// its own (targets).
type Objective interface {
	// name tells the compiled programs of different objectives apart.
	name() string
	// scores is what the objective makes of each row's answer [rows], from logp and mask as in loss.
	scores(logp, mask *Node) *Node
	// loss is the weighted loss of each unit (a row or a pair) [units] from logp [rows, span] and mask [rows, span].
	// weight scales each unit's share in the sum that is differentiated.
	loss(logp, mask *Node, targets []*Node) (units, weight *Node)
}

// Targets are an objective's inputs for one batch.
type Targets interface {
	objective() Objective
	inputs(rows int) ([]*tensors.Tensor, error)
}

// Likelihood asks for the negative log-likelihood of each row's answer, weighted by Weight (one per row; a mean over
// tokens is reached by weights of one over the number of tokens).
type Likelihood struct{ Weight []float64 }

type likelihood struct{}

func (Likelihood) objective() Objective { return likelihood{} }

func (l Likelihood) inputs(rows int) ([]*tensors.Tensor, error) {
	weight, err := padded("row weights", l.Weight, rows)
	if err != nil {
		return nil, err
	}
	return []*tensors.Tensor{weight}, nil
}

func (likelihood) name() string { return "likelihood" }

func (likelihood) scores(logp, _ *Node) *Node { return graph.ReduceSum(logp, -1) }

func (likelihood) loss(logp, _ *Node, targets []*Node) (units, weight *Node) {
	return graph.Neg(graph.ReduceSum(logp, -1)), targets[0] // [rows]
}

// padded makes a float32 vector of n entries, zero behind the given ones.
func padded(what string, values []float64, n int) (*tensors.Tensor, error) {
	if len(values) > n {
		return nil, fmt.Errorf("%d %s for a batch of %d", len(values), what, n)
	}
	flat := make([]float32, n)
	for i, v := range values {
		flat[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(flat, n), nil
}
