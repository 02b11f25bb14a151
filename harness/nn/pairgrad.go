package nn

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Projection compresses the gradients of one weight [out, in] from one side: A has Rank rows and as many columns as the
// compressed side has entries, drawn from N(0, 1/Rank), so that E[AᵀA] = I and inner products of sketches estimate those
// of gradients without bias, for every layer on the same scale (FLORA; Hao et al. 2024).
type Projection struct {
	Weight string    // name
	Side   Side      // which side A compresses
	Rank   int       // τ
	A      []float32 // [rank, side]
}

// Side is a side of a weight matrix [out, in].
type Side int

// The sides of a weight.
const (
	In  Side = iota // the sketch is G·Aᵀ [out, rank]
	Out             // the sketch is A·G  [rank, in]
)

// Numbers is the length of the sketch of weight s.
func (p Projection) Numbers(s model.Shape) int {
	if p.Side == In {
		return s.Dims[0] * p.Rank
	}
	return p.Rank * s.Dims[1]
}

// Sketcher holds the projections of one scoring round on the device.
type Sketcher struct {
	engine      *Engine
	projections []Projection
	a           []*tensors.Tensor
	layers      string // tells the programs of sketchers apart that project other weights or sides
	Numbers     int    // length of one pair's sketch
}

// NewSketcher uploads projections. Each names a different projection weight of the model.
func (e *Engine) NewSketcher(projections []Projection) (*Sketcher, error) {
	s := &Sketcher{engine: e, projections: projections}
	shapes := map[string]model.Shape{}
	for _, shape := range e.Config.Shapes() {
		shapes[shape.Name] = shape
	}
	layers := sha256.New()
	for _, p := range projections {
		shape, ok := shapes[p.Weight]
		if !ok || !shape.Projects() {
			return nil, fmt.Errorf("sketching: %q is no projection of the model's blocks", p.Weight)
		}
		side := shape.Dims[1]
		if p.Side == Out {
			side = shape.Dims[0]
		}
		if p.Rank < 1 || len(p.A) != p.Rank*side {
			return nil, fmt.Errorf("sketching %s %v: the projection has %d entries instead of %d x %d", p.Weight, shape.Dims, len(p.A), p.Rank, side)
		}
		s.a = append(s.a, tensors.FromFlatDataAndDimensions(p.A, p.Rank, side))
		s.Numbers += p.Numbers(shape)
		fmt.Fprintln(layers, p.Weight, p.Side)
	}
	s.layers = fmt.Sprintf("%d layers (%.6x)", len(projections), layers.Sum(nil))
	return s, nil
}

// Free releases the device's memory.
func (s *Sketcher) Free() { freeAll(s.a) }

// Gradients returns each pair's sketched gradient [numbers] of its own loss, not divided by anything: the weights'
// sketches in the order of the projections, row by row.
//
// One backward pass serves the whole batch, and no weight-sized gradient of a pair ever exists. A pair's gradient of a
// weight with y = a·Wᵀ is G = Σ δ aᵀ over the tokens of its two rows, where δ = ∂loss/∂y; so the pass stops at the
// products' results, and G·Aᵀ = Σ δ (A a)ᵀ comes from two thin products.
func (s *Sketcher) Gradients(w *Weights, b *Batch, p Preference) ([][]float32, error) {
	extra, err := p.inputs(b.Rows)
	if err != nil {
		return nil, fmt.Errorf("sketching gradients: %w", err)
	}
	side := append(b.inputs(), extra...)
	defer freeAll(side)
	inputs := appendTensors(appendTensors(appendTensors(nil, w.tensors), s.a), side)
	n, layers := len(w.tensors), len(s.a)
	out, err := s.engine.run("sketches of "+p.Loss.name()+", "+s.layers, inputs, func(in []*Node) []*Node {
		side := in[n+layers:]
		taps := s.engine.taps(in[:n], takeBatch(side), p, side[batchInputs:])
		parts := make([]*Node, layers)
		for i, p := range s.projections {
			a, delta := taps[p.Weight].a, taps[p.Weight].delta // [pairs, 2*seq, in], [pairs, 2*seq, out]
			compress := func(x *Node) *Node {                  // [pairs, 2*seq, side] -> [pairs, 2*seq, rank]
				flat := graph.Reshape(x, -1, x.Shape().Dim(-1))
				return graph.Reshape(MatMulT(flat, in[n+i]), x.Shape().Dim(0), x.Shape().Dim(1), -1)
			}
			if p.Side == In {
				a = compress(a)
			} else {
				delta = compress(delta)
			}
			g := graph.DotGeneral(delta, []int{1}, []int{0}, a, []int{1}, []int{0}) // [pairs, out, rank] or [pairs, rank, in]
			parts[i] = graph.Reshape(g, g.Shape().Dim(0), -1)
		}
		return []*Node{graph.Concatenate(parts, -1)}
	})
	if err != nil {
		return nil, fmt.Errorf("sketching the gradients of %d pairs: %w", b.Rows/2, err)
	}
	flat, err := read(out[0])
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(flat, s.Numbers)), nil
}

// pairTap is a projection's input and the loss's gradient at its result, both cut by pair.
type pairTap struct{ a, delta *Node } // [pairs, 2*seq, in], [pairs, 2*seq, out]

// taps runs the forward pass and the backward pass down to the results of the projections.
func (e *Engine) taps(weights []*Node, b batchNodes, p Preference, targets []*Node) map[string]pairTap {
	m := newTransformer(e.Config, weights)
	units, _ := p.Loss.loss(m.answerLogProbs(b), b.mask, targets)
	ys := make([]*Node, len(m.taps))
	for i, tap := range m.taps {
		ys[i] = tap.y
	}
	pairs := b.tokens.Shape().Dim(0) / 2
	byWeight := map[string]pairTap{}
	for i, delta := range Gradient(graph.ReduceAllSum(units), ys...) {
		tap := m.taps[i]
		byWeight[tap.name] = pairTap{
			a:     graph.Reshape(tap.a, pairs, -1, tap.a.Shape().Dim(-1)),
			delta: graph.Reshape(delta, pairs, -1, delta.Shape().Dim(-1)),
		}
	}
	return byWeight
}

// Alignments returns, for each pair, the exact inner products of its gradient with K directions, each given for the
// weights of the projections, [pairs, K], and the exact squared norm of its gradient over the same weights: the oracle of
// the sketches.
//
// With y = a·Wᵀ, <G, V> = Σ δ·(V a) over tokens, and |G|² = Σ (a_s·a_t)(δ_s·δ_t) over pairs of tokens, so that again no
// weight-sized gradient of a pair exists.
func (s *Sketcher) Alignments(w *Weights, directions [][][]float32, b *Batch, p Preference) (dots [][]float64, squares []float64, err error) {
	extra, err := p.inputs(b.Rows)
	if err != nil {
		return nil, nil, fmt.Errorf("exact alignments: %w", err)
	}
	side := append(b.inputs(), extra...)
	for i, shape := range s.shapes() {
		var stacked []float32 // [K, out, in]
		for _, v := range directions {
			stacked = append(stacked, v[i]...)
		}
		side = append(side, tensors.FromFlatDataAndDimensions(stacked, len(directions)*shape.Dims[0], shape.Dims[1]))
	}
	defer freeAll(side)
	n, layers := len(w.tensors), len(s.projections)
	out, err := s.engine.run("alignments of "+p.Loss.name()+", "+s.layers, appendTensors(appendTensors(nil, w.tensors), side), func(in []*Node) []*Node {
		side := in[n:]
		v := side[len(side)-layers:]
		taps := s.engine.taps(in[:n], takeBatch(side), p, side[batchInputs:len(side)-layers])
		var dots, squares *Node
		for i, p := range s.projections {
			a, delta := taps[p.Weight].a, taps[p.Weight].delta
			d := delta.Shape().Dimensions                                                    // [pairs, tokens, out]
			va := MatMulT(graph.Reshape(a, -1, a.Shape().Dim(-1)), v[i])                     // [pairs·tokens, K·out]
			va = graph.Reshape(va, d[0], d[1], -1, d[2])                                     // [pairs, tokens, K, out]
			dot := graph.ReduceSum(graph.Mul(graph.InsertAxes(delta, 2), va), 1, 3)          // [pairs, K]
			square := graph.ReduceSum(graph.Mul(MatMulT(a, a), MatMulT(delta, delta)), 1, 2) // [pairs]
			if dots == nil {
				dots, squares = dot, square
			} else {
				dots, squares = graph.Add(dots, dot), graph.Add(squares, square)
			}
		}
		return []*Node{dots, squares}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("exact alignments of %d pairs: %w", b.Rows/2, err)
	}
	flat, err := readFloat64(out[0])
	if err != nil {
		return nil, nil, err
	}
	squares, err = readFloat64(out[1])
	return slices.Collect(slices.Chunk(flat, len(directions))), squares, err
}

// shapes are the shapes of the projections' weights.
func (s *Sketcher) shapes() []model.Shape {
	byName := map[string]model.Shape{}
	for _, shape := range s.engine.Config.Shapes() {
		byName[shape.Name] = shape
	}
	list := make([]model.Shape, len(s.projections))
	for i, p := range s.projections {
		list[i] = byName[p.Weight]
	}
	return list
}
