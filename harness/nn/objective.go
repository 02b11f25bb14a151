package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Objective turns the answers' log-probs into the scalar that is minimised. Its inputs beside the batch are tensors of
// its own (targets).
type Objective interface {
	// name tells the compiled programs of different objectives apart.
	name() string
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

func (likelihood) loss(logp, _ *Node, targets []*Node) (units, weight *Node) {
	return graph.Neg(graph.ReduceSum(logp, -1)), targets[0] // [rows]
}

// Preference asks for a preference loss over pairs: rows 2i and 2i+1 of the batch are the chosen and the rejected answer
// of pair i.
type Preference struct {
	Loss      PreferenceLoss
	Reference []float64 // [pairs] log-prob of chosen minus rejected under the reference
	Weight    []float64 // [pairs] share of each pair in the loss
}

// PreferenceLoss is a loss of the DPO family.
//
// DPO (Rafailov et al. 2023, eq. 7) is -log σ(z) with z = β·Δ, Δ the chosen answer's log-ratio of policy to reference
// minus the rejected one's. LengthPenalty makes it length-penalised DPO (R-DPO; Park et al. 2024, eq. 9):
// z = β·Δ + α·(|chosen| - |rejected|), so that a longer winner teaches less.
type PreferenceLoss struct {
	Beta          float64
	LengthPenalty float64 // α, per token
}

func (p Preference) objective() Objective { return p.Loss }

func (p Preference) inputs(rows int) ([]*tensors.Tensor, error) {
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

func (l PreferenceLoss) name() string {
	return fmt.Sprintf("dpo beta=%g alpha=%g", l.Beta, l.LengthPenalty)
}

func (l PreferenceLoss) loss(logp, mask *Node, targets []*Node) (units, weight *Node) {
	margin := graph.Sub(pairDifference(graph.ReduceSum(logp, -1)), targets[0]) // Δ [pairs]
	length := pairDifference(graph.ReduceSum(mask, -1))                        // |chosen| - |rejected| [pairs]
	z := graph.Add(graph.MulScalar(margin, l.Beta), graph.MulScalar(length, l.LengthPenalty))
	return softplus(graph.Neg(z)), targets[1] // -log σ(z)
}

// pairDifference is even rows minus odd rows: [2n] -> [n]. A sum with signs is used because a slice's gradient needs
// padding, which the pure-Go backend lacks.
func pairDifference(rows *Node) *Node {
	pairs := graph.Reshape(rows, rows.Shape().Dim(0)/2, 2)
	sign := graph.ConstAsDType(rows.Graph(), rows.DType(), [][]float64{{1, -1}})
	return graph.ReduceSum(graph.Mul(pairs, sign), -1)
}

// softplus is log(1 + exp(x)) without overflow.
func softplus(x *Node) *Node {
	return graph.Add(graph.Max(x, graph.ZerosLike(x)), graph.Log1p(graph.Exp(graph.Neg(graph.Abs(x)))))
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
