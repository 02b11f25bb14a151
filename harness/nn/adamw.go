package nn

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// AdamW is Loshchilov & Hutter 2019, algorithm 2, with the gradient clipped to a global norm first. Decay is kept off the
// norm gains.
type AdamW struct {
	Beta1, Beta2, Epsilon float64
	Decay                 float64 // decoupled weight decay, times the learning rate
	Clip                  float64 // largest global gradient norm; 0 leaves it as it is
}

func (a AdamW) name() string { return fmt.Sprintf("%+v", a) }

// adamScalars are the numbers that change from step to step: the rate and the two bias corrections.
const adamScalars = 3

func (a AdamW) scalars(rate float64, step int) []float32 {
	correct := func(beta float64) float32 { return float32(1 / (1 - math.Pow(beta, float64(step)))) }
	return []float32{float32(rate), correct(a.Beta1), correct(a.Beta2)}
}

// update returns the new weights, first and second moments, and the gradient norm [1].
func (a AdamW) update(w, m, v, g []*Node, scalars *Node) []*Node {
	scalar := func(i int) *Node {
		pick := make([]float32, adamScalars)
		pick[i] = 1
		return graph.ReduceAllSum(graph.Mul(scalars, graph.Const(scalars.Graph(), pick)))
	}
	rate, correct1, correct2 := scalar(0), scalar(1), scalar(2)
	squares := graph.Scalar(scalars.Graph(), dtypes.Float32, 0.0)
	for _, gi := range g {
		squares = graph.Add(squares, graph.ReduceAllSum(graph.Square(gi)))
	}
	norm := graph.Sqrt(squares)
	shrink := graph.ScalarOne(norm.Graph(), dtypes.Float32)
	if a.Clip > 0 {
		shrink = graph.Div(shrink, graph.Max(shrink, graph.DivScalar(norm, a.Clip)))
	}
	n := len(w)
	out := make([]*Node, 3*n+1)
	for i := range w {
		grad := graph.Mul(g[i], shrink)
		mi := graph.Add(graph.MulScalar(m[i], a.Beta1), graph.MulScalar(grad, 1-a.Beta1))
		vi := graph.Add(graph.MulScalar(v[i], a.Beta2), graph.MulScalar(graph.Square(grad), 1-a.Beta2))
		step := graph.Div(graph.Mul(mi, correct1), graph.AddScalar(graph.Sqrt(graph.Mul(vi, correct2)), a.Epsilon))
		if w[i].Rank() > 1 && a.Decay > 0 {
			step = graph.Add(step, graph.MulScalar(w[i], a.Decay))
		}
		out[i], out[n+i], out[2*n+i] = graph.Sub(w[i], graph.Mul(step, rate)), mi, vi
	}
	out[3*n] = graph.ReshapeWithShape(norm, shapes.Make(dtypes.Float32, 1))
	return out
}
