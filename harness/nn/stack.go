package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// GradientStack keeps several gradients of one optimiser step apart on the device, for a method that weights them.
//
// A gradient changes hands without a copy. What works on all of them goes weight by weight, so that beside the gradients
// there is in memory, at any time, no more than all of them once more for one weight. Each program takes `slots` gradients,
// the last one repeated where there are fewer: it is compiled once for a shape of weights, however many gradients a step has.
type GradientStack struct {
	trainer *Trainer
	slots   int
	grads   [][]*tensors.Tensor // [gradients][weights]
}

// NewGradientStack is a stack for up to so many of the trainer's gradients.
func (t *Trainer) NewGradientStack(slots int) *GradientStack {
	return &GradientStack{trainer: t, slots: slots}
}

// Push moves the trainer's accumulated gradient onto the stack; the next Accumulate begins a new one.
func (s *GradientStack) Push() error {
	if s.trainer.grads == nil {
		return fmt.Errorf("keeping a gradient apart: none was accumulated")
	}
	if len(s.grads) == s.slots {
		return fmt.Errorf("keeping a gradient apart: the stack of %d is full", s.slots)
	}
	s.grads, s.trainer.grads = append(s.grads, s.trainer.grads), nil
	return nil
}

// Grams are the matrices of inner products of the gradients on the stack [n, n], in the order of their pushes, over each part of the
// weights: parts says which part each of the trainer's weights belongs to (model.Parts). The products over one weight are float32, their
// sum over weights is float64.
func (s *GradientStack) Grams(parts []int) ([]*mat.SymDense, error) {
	n := len(s.grads)
	if n == 0 {
		return nil, fmt.Errorf("inner products of gradients: there is none on the stack")
	}
	if len(parts) != len(s.trainer.weights) {
		return nil, fmt.Errorf("inner products of gradients: parts of %d weights for %d", len(parts), len(s.trainer.weights))
	}
	sums := make([]*mat.SymDense, slices.Max(parts)+1)
	for k := range sums {
		sums[k] = mat.NewSymDense(n, nil)
	}
	for i := range s.trainer.weights {
		out, err := s.trainer.engine.run("gram matrix", appendTensors(nil, s.of(i)), func(in []*Node) []*Node {
			x := stacked(in)
			return []*Node{MatMulT(x, x)} // [slots, slots]
		})
		if err != nil {
			return nil, fmt.Errorf("inner products of %d gradients: %w", n, err)
		}
		flat, err := readFloat64(out[0])
		if err != nil {
			return nil, err
		}
		sum := sums[parts[i]]
		for k := range n {
			for l := k; l < n; l++ {
				sum.SetSym(k, l, sum.At(k, l)+flat[k*s.slots+l])
			}
		}
	}
	return sums, nil
}

// Combine makes Σ weights_k·g_k of the gradients on the stack, in the order of their pushes, the trainer's accumulated
// gradient, and leaves the stack empty. Each part of the trainer's weights has weights_k of its own, [parts][n].
func (s *GradientStack) Combine(parts []int, weights [][]float64) error {
	t := s.trainer
	if len(parts) != len(t.weights) || slices.Max(parts) >= len(weights) {
		return fmt.Errorf("combining gradients: %d parts for %d weights", len(weights), len(t.weights))
	}
	for _, w := range weights {
		if len(w) != len(s.grads) || len(w) == 0 {
			return fmt.Errorf("combining gradients: %d weights for %d gradients", len(w), len(s.grads))
		}
	}
	if t.grads != nil {
		return fmt.Errorf("combining gradients: one was accumulated and is not on the stack")
	}
	factors := make([]*tensors.Tensor, len(weights))
	defer func() { freeAll(factors) }()
	for k, w := range weights {
		var err error
		if factors[k], err = padded("weights of gradients", w, s.slots); err != nil { // what repeats the last gradient counts for nothing
			return err
		}
	}
	sum := make([]*tensors.Tensor, len(t.weights))
	for i := range sum {
		out, err := t.engine.run("combine gradients", appendTensors([]argument{{tensor: factors[parts[i]]}}, s.of(i)), func(in []*Node) []*Node {
			x := MatMul(graph.InsertAxes(in[0], 0), stacked(in[1:])) // [1, size]
			return []*Node{graph.Reshape(x, in[1].Shape().Dimensions...)}
		})
		if err != nil {
			freeAll(sum)
			return fmt.Errorf("combining %d gradients: %w", len(s.grads), err)
		}
		sum[i] = out[0]
		for _, g := range s.grads {
			g[i].FinalizeAll()
		}
	}
	t.grads, s.grads = sum, nil
	return nil
}

// of are the gradients of one weight [slots].
func (s *GradientStack) of(weight int) []*tensors.Tensor {
	list := make([]*tensors.Tensor, s.slots)
	for k := range list {
		list[k] = s.grads[min(k, len(s.grads)-1)][weight]
	}
	return list
}

// stacked are K tensors of one shape as the rows of a matrix [K, size].
func stacked(in []*Node) *Node {
	rows := make([]*Node, len(in))
	for i, x := range in {
		rows[i] = graph.Reshape(x, 1, -1)
	}
	return graph.Concatenate(rows, 0)
}

// Free releases the device's memory.
func (s *GradientStack) Free() {
	for _, g := range s.grads {
		freeAll(g)
	}
}
