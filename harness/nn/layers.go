package nn

import (
	"math"

	"congrad/harness/model"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// RMSNorm scales each row of x [rows, dim] to root mean square one and multiplies it by gain [dim].
// Zhang & Sennrich 2019, eq. 4.
func RMSNorm(x, gain *Node, eps float64) *Node {
	mean := graph.ReduceAndKeep(graph.Square(x), graph.ReduceMean, -1) // [rows, 1]
	unit := graph.Div(x, graph.Sqrt(graph.AddScalar(mean, eps)))
	return graph.Mul(unit, graph.InsertAxes(gain, 0))
}

// Rotary holds the cosines and sines of the rotary embedding, each [batch, seq, 1, head_dim].
type Rotary struct{ cos, sin *Node }

// NewRotary makes the rotation of each position [batch, seq] (int32) with frequencies [1, 1, 1, head_dim/2], in the half-split
// layout of transformers. Su et al. 2021, eq. 34.
func NewRotary(positions, frequency *Node) Rotary {
	angle := graph.Mul(graph.InsertAxes(graph.ConvertDType(positions, frequency.DType()), -1, -1), frequency)
	angle = graph.Concatenate([]*Node{angle, angle}, -1)
	return Rotary{cos: graph.Cos(angle), sin: graph.Sin(angle)}
}

// frequencies are those of a rope.
func frequencies(g *graph.Graph, headDim int, rope model.Rope, dtype dtypes.DType) *Node {
	return graph.Reshape(graph.ConstAsDType(g, dtype, rope.Frequencies(headDim)), 1, 1, 1, headDim/2)
}

// plainFrequencies are base^(-2i/head_dim), computed on the device. Plain Llamas have these: the recorded results of the embedded
// model hang on their last digits.
func plainFrequencies(g *graph.Graph, headDim int, base float64, dtype dtypes.DType) *Node {
	i := graph.Iota(g, shapes.Make(dtype, 1, 1, 1, headDim/2), 3)
	return graph.Exp(graph.MulScalar(i, -2*math.Log(base)/float64(headDim)))
}

// Apply rotates x [batch, seq, heads, head_dim].
func (r Rotary) Apply(x *Node) *Node {
	return graph.Add(graph.Mul(x, r.cos), graph.Mul(rotateHalves(x), r.sin))
}

// rotateHalves maps (a, b) to (-b, a) on the last axis.
func rotateHalves(x *Node) *Node {
	half := x.Shape().Dim(-1) / 2
	a := graph.SliceAxis(x, -1, graph.AxisRange(0, half))
	b := graph.SliceAxis(x, -1, graph.AxisRange(half))
	return graph.Concatenate([]*Node{graph.Neg(b), a}, -1)
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
