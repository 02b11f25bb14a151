package nn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Predicted is what the model predicts behind each row of a decoder.
type Predicted struct {
	Likeliest []int // the token with the largest logit, the lowest id among equals

	vocab  int
	logits *tensors.Tensor // [at least as many rows, vocab]
}

// Logits copies the logits [rows][vocab] to the host, where greedy decoding does not need them. Call it before the decoder goes
// on. They are finite.
func (p *Predicted) Logits() ([][]float32, error) {
	flat, err := tensors.CopyFlatData[float32](p.logits)
	if err != nil {
		return nil, fmt.Errorf("reading logits of shape %s: %w", p.logits.Shape(), err)
	}
	rows := make([][]float32, len(p.Likeliest))
	for i := range rows {
		rows[i] = flat[i*p.vocab : (i+1)*p.vocab]
	}
	return rows, nil
}

func (p *Predicted) free() {
	if p != nil {
		p.logits.FinalizeAll()
	}
}

// predictions is how many results predicted makes.
const predictions = 2

// predicted turns normalised activations [rows, hidden] into logits [rows, vocab] and the likeliest tokens [rows] (int32): -1 where a
// logit of the row is not finite.
//
// Trap: on XLA the largest of some numbers ignores a NaN among them, so that finiteness has to be asked for.
func (t *transformer) predicted(h *Node) []*Node {
	logits := t.logits(h)
	g, dims := logits.Graph(), logits.Shape().Dimensions
	largest := graph.BroadcastToDims(graph.ReduceAndKeep(logits, graph.ReduceMax, -1), dims...)
	number := func(n int) *Node { return graph.BroadcastToDims(graph.Scalar(g, dtypes.Int32, n), dims...) }
	ids := graph.Iota(g, shapes.Make(dtypes.Int32, dims...), 1)
	ids = graph.Where(graph.Equal(logits, largest), ids, number(dims[1]))
	return []*Node{logits, graph.ReduceMin(graph.Where(graph.IsFinite(logits), ids, number(-1)), -1)}
}

// predicted takes the results of a program that begins with those of transformer.predicted, of which the first n rows count.
func (e *Engine) predicted(out []*tensors.Tensor, n int) (*Predicted, error) {
	p := &Predicted{Likeliest: make([]int, n), vocab: e.Config.Vocab, logits: out[0]}
	defer out[1].FinalizeAll()
	ids, err := tensors.CopyFlatData[int32](out[1])
	if err != nil {
		p.free()
		return nil, fmt.Errorf("reading the likeliest tokens: %w", err)
	}
	for i := range p.Likeliest {
		if p.Likeliest[i] = int(ids[i]); ids[i] < 0 {
			p.free()
			return nil, fmt.Errorf("row %d: %w", i, ErrNotFinite)
		}
	}
	return p, nil
}
