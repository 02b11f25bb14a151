package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// GradientStack keeps several gradients of one optimiser step apart on the device, for a method that weights them.
//
// It takes the memory of `slots` gradients, whatever it holds, and writes in place: one program of each kind serves all
// steps. Beside it stands the trainer's own gradient, so that training needs the memory of slots + 1 gradients.
type GradientStack struct {
	trainer *Trainer
	slots   int
	height  int               // gradients on the stack
	tensors []*tensors.Tensor // per weight [slots, size]; what lies above height is of earlier steps
}

// NewGradientStack makes room for so many gradients of the trainer.
func (t *Trainer) NewGradientStack(slots int) (*GradientStack, error) {
	s := &GradientStack{trainer: t, slots: slots}
	var err error
	s.tensors, err = t.engine.run(fmt.Sprintf("room for %d gradients", slots), appendTensors(nil, t.weights), func(in []*Node) []*Node {
		out := make([]*Node, len(in))
		for i, w := range in {
			out[i] = graph.Zeros(w.Graph(), shapes.Make(w.DType(), slots, w.Shape().Size()))
		}
		return out
	})
	if err != nil {
		return nil, fmt.Errorf("making room for %d gradients: %w", slots, err)
	}
	return s, nil
}

// Push moves the trainer's accumulated gradient onto the stack; the next Accumulate begins a new one.
func (s *GradientStack) Push() error {
	t := s.trainer
	if t.grads == nil {
		return fmt.Errorf("keeping a gradient apart: none was accumulated")
	}
	if s.height == s.slots {
		return fmt.Errorf("keeping a gradient apart: the stack of %d is full", s.slots)
	}
	at := tensors.FromScalar(int32(s.height))
	defer at.FinalizeAll()
	inputs, err := t.engine.donateAll([]any{at}, s.tensors)
	if err != nil {
		return err
	}
	n := len(s.tensors)
	out, err := t.engine.run("push a gradient", appendTensors(inputs, t.grads), func(in []*Node) []*Node {
		at, stack, grads := in[0], in[1:1+n], in[1+n:]
		out := make([]*Node, n)
		for i, x := range stack {
			out[i] = t.engine.writeRow(x, graph.Reshape(grads[i], 1, -1), at)
		}
		return out
	})
	if err != nil {
		return fmt.Errorf("keeping gradient %d of %d apart: %w", s.height+1, s.slots, err)
	}
	freeAll(t.grads)
	s.tensors, t.grads = out, nil
	s.height++
	return nil
}

// writeRow puts a row [1, size] at place `at`, a scalar, of x [rows, size].
func (e *Engine) writeRow(x, row, at *Node) *Node {
	if e.can(backends.OpTypeDynamicUpdateSlice) {
		return graph.DynamicUpdateSlice(x, row, []*Node{at, graph.ScalarZero(x.Graph(), dtypes.Int32)})
	}
	dims := x.Shape().Dimensions
	here := graph.Equal(graph.Iota(x.Graph(), shapes.Make(dtypes.Int32, dims...), 0), graph.BroadcastToDims(at, dims...))
	return graph.Where(here, graph.BroadcastToDims(row, dims...), x)
}

// Gram is the matrix of inner products of the gradients on the stack [height, height], in the order of their pushes. The
// products over one weight are float32, their sum over weights is float64.
func (s *GradientStack) Gram() (*mat.SymDense, error) {
	out, err := s.trainer.engine.run("gram matrix", appendTensors(nil, s.tensors), func(in []*Node) []*Node {
		perWeight := make([]*Node, len(in))
		for i, x := range in {
			perWeight[i] = graph.InsertAxes(MatMulT(x, x), 0) // [1, slots, slots]
		}
		return []*Node{graph.Concatenate(perWeight, 0)}
	})
	if err != nil {
		return nil, fmt.Errorf("inner products of %d gradients: %w", s.height, err)
	}
	flat, err := readFloat64(out[0]) // [weights, slots, slots]
	if err != nil {
		return nil, err
	}
	g := mat.NewSymDense(s.height, nil)
	for i := range s.height {
		for j := i; j < s.height; j++ {
			sum := 0.0
			for at := i*s.slots + j; at < len(flat); at += s.slots * s.slots {
				sum += flat[at]
			}
			g.SetSym(i, j, sum)
		}
	}
	return g, nil
}

// Combine makes Σ weights_k·g_k of the gradients on the stack, in the order of their pushes, the trainer's accumulated
// gradient, and leaves the stack empty.
func (s *GradientStack) Combine(weights []float64) error {
	t := s.trainer
	if len(weights) != s.height || s.height == 0 || t.grads != nil {
		return fmt.Errorf("combining gradients: %d weights for %d gradients, and %d tensors of one that is on no stack", len(weights), s.height, len(t.grads))
	}
	factors, err := padded("weights of gradients", weights, s.slots) // what lies above height counts for nothing
	if err != nil {
		return err
	}
	defer factors.FinalizeAll()
	out, err := t.engine.run("combine gradients", appendTensors([]any{factors}, s.tensors), func(in []*Node) []*Node {
		out := make([]*Node, len(s.tensors))
		for i, shape := range t.engine.Config.Shapes() {
			sum := MatMul(graph.InsertAxes(in[0], 0), in[1+i]) // [1, size]
			out[i] = graph.Reshape(sum, shape.Dims...)
		}
		return out
	})
	if err != nil {
		return fmt.Errorf("combining %d gradients: %w", s.height, err)
	}
	t.grads, s.height = out, 0
	return nil
}

// Free releases the device's memory.
func (s *GradientStack) Free() { freeAll(s.tensors) }
