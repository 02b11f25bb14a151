package nn

import (
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

// axes is 0, 1, ..., n-1.
func axes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
