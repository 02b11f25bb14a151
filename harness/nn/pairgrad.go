package nn

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Projection compresses the gradients G [out, in] of one weight to C·G·Aᵀ. A has as many columns as the weight has inputs,
// C as it has outputs; a side without a matrix stays as it is. With entries from N(0, 1/rows), E[AᵀA] = E[CᵀC] = I, so that
// inner products of sketches estimate those of gradients without bias, for every layer on the same scale (one side: FLORA,
// Hao et al. 2024; both: LoGra, Choe et al. 2024).
type Projection struct {
	Weight string    // name
	A      []float32 // [rank, in], or nil
	C      []float32 // [rank, out], or nil
}

// Size is the shape of the sketch of weight s.
func (p Projection) Size(s model.Shape) (out, in int) {
	out, in = s.Dims[0], s.Dims[1]
	if p.C != nil {
		out = len(p.C) / s.Dims[0]
	}
	if p.A != nil {
		in = len(p.A) / s.Dims[1]
	}
	return out, in
}

// Sketcher holds the projections of one scoring round on the device.
type Sketcher struct {
	engine      *Engine
	projections []Projection
	matrices    []*tensors.Tensor // A and C of each projection, as far as it has them
	layers      string            // tells the programs of sketchers apart that project other weights or sides
	Numbers     int               // length of one pair's sketch
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
		for _, m := range []struct {
			entries []float32
			side    int
		}{{p.A, shape.Dims[1]}, {p.C, shape.Dims[0]}} {
			if m.entries == nil {
				continue
			}
			if len(m.entries) == 0 || len(m.entries)%m.side != 0 {
				return nil, fmt.Errorf("sketching %s %v: a matrix of %d entries does not fit a side of %d", p.Weight, shape.Dims, len(m.entries), m.side)
			}
			s.matrices = append(s.matrices, tensors.FromFlatDataAndDimensions(m.entries, len(m.entries)/m.side, m.side))
		}
		out, in := p.Size(shape)
		s.Numbers += out * in
		fmt.Fprintln(layers, p.Weight, p.A != nil, p.C != nil)
	}
	s.layers = fmt.Sprintf("%d layers (%.6x)", len(projections), layers.Sum(nil))
	return s, nil
}

// Free releases the device's memory.
func (s *Sketcher) Free() { freeAll(s.matrices) }

// Gradients returns each pair's sketched gradient [numbers] of its own loss, not divided by anything: the weights'
// sketches in the order of the projections, row by row.
//
// One backward pass serves the whole batch, and no weight-sized gradient of a pair ever exists. A pair's gradient of a
// weight with y = a·Wᵀ is G = Σ δ aᵀ over the tokens of its sequence, where δ = ∂loss/∂y; so the pass stops at the
// products' results, and C·G·Aᵀ = Σ (C δ)(A a)ᵀ comes from thin products.
func (s *Sketcher) Gradients(w *Weights, b *Batch, p Preference) ([][]float32, error) {
	extra, err := p.perPair(b)
	if err != nil {
		return nil, fmt.Errorf("sketching gradients: %w", err)
	}
	inputs, err := s.engine.batch(b)
	if err != nil {
		return nil, fmt.Errorf("sketching the gradients of %d pairs: %w", b.Rows/2, err)
	}
	side := append(inputs, extra...)
	defer freeAll(side)
	given, n := s.engine.inputs(w.tensors)
	given, m := appendTensors(appendTensors(given, s.matrices), side), len(s.matrices)
	out, err := s.engine.run("sketches of "+p.objective().name()+", "+s.layers, given, func(in []*Node) []*Node {
		matrices, side := in[n:n+m], in[n+m:]
		taps := s.engine.taps(in[:n], takeBatch(side), p, side[batchInputs:])
		compress := func(x *Node, present bool) *Node { // [pairs, seq, side] -> [pairs, seq, rank]
			if !present {
				return x
			}
			flat := MatMulT(graph.Reshape(x, -1, x.Shape().Dim(-1)), matrices[0])
			matrices = matrices[1:]
			return graph.Reshape(flat, x.Shape().Dim(0), x.Shape().Dim(1), -1)
		}
		var parts []*Node
		for _, p := range s.projections {
			a := compress(taps[p.Weight].a, p.A != nil)                             // [pairs, seq, in or rank]
			delta := compress(taps[p.Weight].delta, p.C != nil)                     // [pairs, seq, out or rank]
			g := graph.DotGeneral(delta, []int{1}, []int{0}, a, []int{1}, []int{0}) // [pairs, out or rank, in or rank]
			parts = append(parts, graph.Reshape(g, g.Shape().Dim(0), -1))
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

// perPair are the inputs of an objective whose gradients are taken pair by pair: the tokens of a pair have to lie together.
func (p Preference) perPair(b *Batch) ([]*tensors.Tensor, error) {
	if !b.apart || b.Rows%2 != 0 || b.Seqs%(b.Rows/2) != 0 {
		return nil, fmt.Errorf("%d sequences do not belong to %d pairs each by itself; lay the batch out with Apart", b.Seqs, b.Rows/2)
	}
	return p.inputs(b.Rows)
}

// pairTap is a projection's input and the loss's gradient at its result, both cut by pair.
type pairTap struct{ a, delta *Node } // [pairs, seq, in], [pairs, seq, out]

// taps runs the forward pass and the backward pass down to the results of the projections. What of the backward pass nobody uses
// the compiler leaves out.
func (e *Engine) taps(weights []*Node, b batchNodes, p Preference, targets []*Node) map[string]pairTap {
	m := e.transformer(weights)
	m.taps = map[string]*tap{}
	units, _ := p.objective().loss(m.answerLogProbs(b), b.mask, targets)
	graph.Gradient(graph.ReduceAllSum(units), m.embedded) // the lowest: the way there passes all of them
	pairs := b.mask.Shape().Dim(0) / 2
	byPair := func(x *Node) *Node { return graph.Reshape(x, pairs, -1, x.Shape().Dim(-1)) }
	byWeight := map[string]pairTap{}
	for weight, tap := range m.taps {
		byWeight[weight] = pairTap{byPair(tap.a), byPair(tap.delta)}
	}
	return byWeight
}

// Alignments returns, for each pair, the exact inner products of its gradient over some weights with K directions, each
// given for these weights in their order, [pairs, K], and the squared norm of its gradient over them: what sketches
// estimate. The weights are some of those that Projects.
//
// The batch's gradients of one weight at a time do stand in memory here: <G, V> could be had without them, as Σ δ·(V a)
// over tokens, at K times the work.
//
// scale, if it is not nil, multiplies the pairs' gradients first, entry by entry (a diagonal preconditioner such as Adam's);
// it is given for the same weights. The directions stay as they are.
func (e *Engine) Alignments(w *Weights, over []model.Shape, directions [][][]float32, scale [][]float32, b *Batch, p Preference) (dots [][]float64, squares []float64, err error) {
	extra, err := p.perPair(b)
	if err != nil {
		return nil, nil, fmt.Errorf("exact alignments: %w", err)
	}
	inputs, err := e.batch(b)
	if err != nil {
		return nil, nil, fmt.Errorf("exact alignments of %d pairs: %w", b.Rows/2, err)
	}
	side := append(inputs, extra...)
	names := sha256.New()
	for i, shape := range over {
		var stacked []float32 // [K, out·in]
		for _, v := range directions {
			stacked = append(stacked, v[i]...)
		}
		side = append(side, tensors.FromFlatDataAndDimensions(stacked, len(directions), shape.Size()))
		fmt.Fprintln(names, shape.Name)
	}
	given, n := e.inputs(w.tensors)
	layers, name := len(over), "alignments of "
	if scale != nil {
		name = "scaled alignments of "
		for _, s := range scale {
			side = append(side, tensors.FromFlatDataAndDimensions(s, 1, len(s)))
		}
	}
	defer freeAll(side)
	program := fmt.Sprintf("%s%s, %d layers (%.6x)", name, p.objective().name(), layers, names.Sum(nil))
	out, err := e.run(program, appendTensors(given, side), func(in []*Node) []*Node {
		side := in[n:]
		last := func() (list []*Node) { // the inputs for each layer that stand at the end
			list, side = side[len(side)-layers:], side[:len(side)-layers]
			return list
		}
		var s []*Node // [1, out·in] each
		if scale != nil {
			s = last()
		}
		v := last() // [K, out·in] each
		taps := e.taps(in[:n], takeBatch(side), p, side[batchInputs:])
		var dots, squares *Node
		for i, shape := range over {
			tap := taps[shape.Name]
			g := graph.DotGeneral(tap.delta, []int{1}, []int{0}, tap.a, []int{1}, []int{0}) // [pairs, out, in]
			g = graph.Reshape(g, g.Shape().Dim(0), -1)                                      // [pairs, out·in]
			if scale != nil {
				g = graph.Mul(g, graph.BroadcastToDims(s[i], g.Shape().Dimensions...))
			}
			dot, square := MatMulT(g, v[i]), graph.ReduceSum(graph.Square(g), 1) // [pairs, K], [pairs]
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
