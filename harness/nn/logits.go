package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// Logits returns the logits [seq][vocab] behind every token of a row. They all stand in memory, on the device and here; one
// row at a time is what a large vocabulary leaves room for.
func (e *Engine) Logits(w *Weights, row []int) ([][]float32, error) {
	if len(row) == 0 {
		return nil, fmt.Errorf("logits behind every token: there is no token")
	}
	ids := make([]int32, len(row))
	for i, id := range row {
		if err := e.known(id); err != nil {
			return nil, fmt.Errorf("logits behind every token: token %d: %w", i, err)
		}
		ids[i] = int32(id)
	}
	tokens := tensors.FromFlatDataAndDimensions(ids, 1, len(ids))
	defer tokens.FinalizeAll()
	given, n := e.inputs(w.tensors)
	out, err := e.run("all logits", append(given, argument{tensor: tokens}), func(in []*Node) []*Node {
		t := e.transformer(in[:n])
		return []*Node{t.logits(t.hidden(in[n]))}
	})
	if err != nil {
		return nil, fmt.Errorf("logits behind every one of %d tokens: %w", len(row), err)
	}
	logits, err := e.logits(out[0], len(row))
	if err != nil {
		return nil, fmt.Errorf("logits behind every one of %d tokens: %w", len(row), err)
	}
	return logits, nil
}
