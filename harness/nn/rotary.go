package nn

import (
	"math"

	"congrad/harness/model"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Rotary holds the cosines and sines of the rotary embedding, each [batch, seq, 1, head_dim]. The zero value rotates nothing.
type Rotary struct {
	cos, sin *Node
	pairs    bool // the entries 2j and 2j+1 are rotated together, not j and j + head_dim/2
}

// NewRotary makes the rotation of each position [batch, seq] (int32) with frequencies [1, 1, 1, head_dim/2], in the half-split
// layout of transformers. Su et al. 2021, eq. 34.
func NewRotary(positions, frequency *Node) Rotary {
	angle := angles(positions, frequency)
	angle = graph.Concatenate([]*Node{angle, angle}, -1)
	return Rotary{cos: graph.Cos(angle), sin: graph.Sin(angle)}
}

// NewPairRotary is NewRotary in the layout of the paper: neighbours are rotated together.
func NewPairRotary(positions, frequency *Node) Rotary {
	angle := angles(positions, frequency) // [batch, seq, 1, head_dim/2]
	dims := angle.Shape().Dimensions
	angle = graph.BroadcastToDims(graph.InsertAxes(angle, -1), dims[0], dims[1], 1, dims[3], 2)
	angle = graph.Reshape(angle, dims[0], dims[1], 1, 2*dims[3])
	return Rotary{cos: graph.Cos(angle), sin: graph.Sin(angle), pairs: true}
}

func angles(positions, frequency *Node) *Node {
	return graph.Mul(graph.InsertAxes(graph.ConvertDType(positions, frequency.DType()), -1, -1), frequency)
}

// times multiplies what is rotated by a number.
func (r Rotary) times(x float64) Rotary {
	if x == 1 {
		return r
	}
	return Rotary{graph.MulScalar(r.cos, x), graph.MulScalar(r.sin, x), r.pairs}
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
	switch {
	case r.cos == nil:
		return x
	case r.pairs:
		return graph.Add(graph.Mul(x, r.cos), graph.Mul(rotatePairs(x), r.sin))
	}
	return graph.Add(graph.Mul(x, r.cos), graph.Mul(rotateHalves(x), r.sin))
}

// rotateHalves maps (a, b) to (-b, a) on the last axis.
func rotateHalves(x *Node) *Node {
	half := x.Shape().Dim(-1) / 2
	a := graph.SliceAxis(x, -1, graph.AxisRange(0, half))
	b := graph.SliceAxis(x, -1, graph.AxisRange(half))
	return graph.Concatenate([]*Node{graph.Neg(b), a}, -1)
}

// rotatePairs maps each pair (a, b) of neighbours on the last axis to (-b, a).
func rotatePairs(x *Node) *Node {
	dims := x.Shape().Dimensions
	x = graph.Reshape(x, dims[0], dims[1], dims[2], dims[3]/2, 2)
	return graph.Reshape(rotateHalves(x), dims...)
}
