package nn

import (
	"fmt"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/core/graph"
)

// Squares are the squared lengths of the accumulated gradient by weight, [weights] with their shapes. Infinite ones may have
// overflowed. The gradient stays as it is.
func (t *Trainer) Squares() (squares []float64, of []model.Shape, err error) {
	if t.grads == nil {
		return nil, nil, fmt.Errorf("measuring the gradient: none was accumulated")
	}
	out, err := t.engine.run("squares of the gradient", appendTensors(nil, t.grads), func(in []*Node) []*Node {
		var squares []*Node
		for _, g := range in {
			squares = append(squares, graph.Reshape(graph.ReduceAllSum(graph.Square(g)), 1))
		}
		return []*Node{graph.Concatenate(squares, 0)}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("measuring the gradient: %w", err)
	}
	squares, err = readFloat64(out[0])
	return squares, t.engine.Config.Shapes(), err
}
