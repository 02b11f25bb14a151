package nn

import (
	"sync"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Node is one tensor of a graph under construction.
type Node = graph.Node

// MatMulT is a·bᵀ over the last two axes: a [batch..., m, k], b [batch..., n, k] -> [batch..., m, n]. It is the form
// both of a projection (weights are stored [out, in]) and of attention scores.
//
// Every product of this package is emitted here, in this one layout, because GoMLX keeps a DotGeneral's axes to itself
// and its gradient has to know them; see Gradient.
func MatMulT(a, b *Node) *Node {
	batch := axes(a.Rank() - 2)
	return graph.DotGeneral(a, []int{a.Rank() - 1}, batch, b, []int{b.Rank() - 1}, batch)
}

// MatMul is a·b over the last two axes: a [batch..., m, k], b [batch..., k, n] -> [batch..., m, n].
func MatMul(a, b *Node) *Node {
	return MatMulT(a, graph.Transpose(b, -1, -2))
}

// Gradient returns the gradients of a scalar with respect to each target; targets may be intermediate values.
//
// GoMLX's own gradient of a matrix product broadcasts both operands to [m, n, k] and sums, which is slower by a factor
// of thirty on a small transformer and does not fit into memory on a large one. Its table of gradients is exported to be
// changed; matmulVJP takes the product's place.
func Gradient(scalar *Node, targets ...*Node) []*Node {
	installMatmulVJP()
	return graph.Gradient(scalar, targets...)
}

var installMatmulVJP = sync.OnceFunc(func() {
	graph.VJPRegistration[graph.NodeTypeDotGeneral] = matmulVJP
})

// matmulVJP is the gradient of MatMulT: with y = a·bᵀ and v = ∂L/∂y, ∂L/∂a = v·b and ∂L/∂b = vᵀ·a.
func matmulVJP(y *Node, vs []*Node, _ shapes.Shape) []*Node {
	a, b, v := y.Inputs()[0], y.Inputs()[1], vs[0]
	batch := axes(y.Rank() - 2)
	m, n := y.Rank()-2, y.Rank()-1
	return []*Node{
		graph.DotGeneral(v, []int{n}, batch, b, []int{m}, batch), // [batch..., m, k]
		graph.DotGeneral(v, []int{m}, batch, a, []int{m}, batch), // [batch..., n, k]
	}
}

// axes is 0, 1, ..., n-1.
func axes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
