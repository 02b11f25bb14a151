package nn

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Node is one tensor of a graph under construction.
type Node = graph.Node

// MatMulT is a·bᵀ over the last two axes: a [batch..., m, k], b [batch..., n, k] -> [batch..., m, n]. It is the form
// both of a projection (weights are stored [out, in]) and of attention scores.
func MatMulT(a, b *Node) *Node {
	batch := axes(a.Rank() - 2)
	return graph.DotGeneral(a, []int{a.Rank() - 1}, batch, b, []int{b.Rank() - 1}, batch)
}

// MatMul is a·b over the last two axes: a [batch..., m, k], b [batch..., k, n] -> [batch..., m, n].
func MatMul(a, b *Node) *Node {
	return MatMulT(a, graph.Transpose(b, -1, -2))
}

// halfMatMulT is a·wᵀ with operands rounded to bfloat16 and sums in float32: a [rows, in], w [out, in] -> [rows, out] (float32). So are
// its gradients δ·w and δᵀ·a, with δ [rows, out] rounded too: no gradient is rounded after it was summed. Micikevicius et al. 2018.
//
// GoMLX's own gradient of such a product widens both operands and multiplies in float32. It is computed from the identity nodes around the
// product instead, and what GoMLX builds next to it the compiler leaves out.
//
// Trap: a's gradient is asked for before w's (nodes are visited backwards) if anything below a is differentiated; w's needs the a that it
// meets, which a checkpoint computes again.
func halfMatMulT(a, w *Node) *Node {
	var delta *Node // [rows, out]
	met := a        // [rows, in]
	w = graph.IdentityWithCustomGradient(w, func(w, _ *Node) *Node {
		return graph.ConvertDType(halfDot(delta, 0, met, 0), w.DType())
	})
	a = graph.IdentityWithCustomGradient(a, func(a, _ *Node) *Node {
		met = a
		return halfDot(delta, 1, w, 0)
	})
	return graph.IdentityWithCustomGradient(halfDot(a, 1, w, 1), func(_, v *Node) *Node {
		delta = v
		return v
	})
}

// halfDot sums the products of two matrices over an axis of each in float32, of entries in bfloat16.
func halfDot(x *Node, xAxis int, y *Node, yAxis int) *Node {
	return graph.Dot(narrowed(x), narrowed(y)).WithOutputDType(dtypes.Float32).General([]int{xAxis}, nil, []int{yAxis}, nil)
}

// narrowed is x in bfloat16.
func narrowed(x *Node) *Node {
	if x.DType() == dtypes.BFloat16 {
		return x
	}
	return graph.ConvertDType(x, dtypes.BFloat16)
}

// axes is 0, 1, ..., n-1.
func axes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
