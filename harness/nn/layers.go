package nn

import (
	"math"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/core/graph"
)

// RMSNorm scales each row of x [rows, dim] to root mean square one and multiplies it by gain [dim].
// Zhang & Sennrich 2019, eq. 4.
func RMSNorm(x, gain *Node, eps float64) *Node {
	mean := graph.ReduceAndKeep(graph.Square(x), graph.ReduceMean, -1) // [rows, 1]
	unit := graph.Div(x, graph.Sqrt(graph.AddScalar(mean, eps)))
	return graph.Mul(unit, graph.InsertAxes(gain, 0))
}

// CentreNorm is RMSNorm of x [rows, dim] minus each row's mean: a LayerNorm without a bias. Ba et al. 2016, eq. 4.
func CentreNorm(x, gain *Node, eps float64) *Node {
	return RMSNorm(graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1)), gain, eps)
}

// Softmax is taken over the last axis.
func Softmax(x *Node) *Node {
	e := graph.Exp(graph.Sub(x, graph.StopGradient(graph.ReduceAndKeep(x, graph.ReduceMax, -1))))
	return graph.Div(e, graph.ReduceAndKeep(e, graph.ReduceSum, -1))
}

// softCap squashes x to cap·tanh(x/cap); a cap of 0 leaves it as it is.
func softCap(x *Node, cap float64) *Node {
	if cap == 0 {
		return x
	}
	return graph.MulScalar(graph.Tanh(graph.DivScalar(x, cap)), cap)
}

// gated is act(gate) * up.
func gated(act model.Activation, gate, up *Node) *Node {
	if act == model.GELUTanh {
		return GeGLU(gate, up)
	}
	return SwiGLU(gate, up)
}

// GeGLU is gelu(gate) * up, with the tanh form of the GELU. Shazeer 2020, eq. 6; Hendrycks & Gimpel 2016.
func GeGLU(gate, up *Node) *Node {
	cube := graph.Mul(gate, graph.Square(gate))
	inner := graph.MulScalar(graph.Add(gate, graph.MulScalar(cube, 0.044715)), math.Sqrt(2/math.Pi))
	return graph.Mul(graph.Mul(graph.MulScalar(gate, 0.5), graph.OnePlus(graph.Tanh(inner))), up)
}

// SwiGLU is silu(gate) * up. Shazeer 2020, eq. 6.
func SwiGLU(gate, up *Node) *Node {
	return graph.Mul(graph.Mul(gate, graph.Sigmoid(gate)), up)
}

// XIELU is αp·x² + x/2 of a positive x and αn·(exp(x) - 1 - x) + x/2 of another, with αp = softplus(p) and αn = 1/2 + softplus(n) of the
// learned p and n, each [1]: x [rows, dim] -> [rows, dim]. Huang & Schlag 2024, eq. 6.
func XIELU(x, p, n *Node) *Node {
	softplus := func(a *Node) *Node { return graph.InsertAxes(graph.Log1P(graph.Exp(a)), 0) } // [1, 1]
	positive := graph.Mul(softplus(p), graph.Square(x))
	below := graph.MinScalar(x, -1e-6) // of a large positive x, exp(x) would be infinite and the gradient no number
	negative := graph.Mul(graph.AddScalar(softplus(n), 0.5), graph.Sub(graph.MinusOne(graph.Exp(below)), x))
	return graph.Add(graph.Where(graph.GreaterThan(x, graph.ZerosLike(x)), positive, negative), graph.MulScalar(x, 0.5))
}
