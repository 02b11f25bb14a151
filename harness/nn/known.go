package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// known refuses a token id that the model does not have. Trap: on both backends a look-up takes the nearest id without an error, and
// such a label has the logit of the likeliest one; the gradient panics on the pure-Go backend.
func (e *Engine) known(id int) error {
	if id < 0 || id >= e.Config.Vocab {
		return fmt.Errorf("a token's id is %d, the model has 0 to %d", id, e.Config.Vocab-1)
	}
	return nil
}

// batch returns a batch's tensors, in the order of batchNodes, if the model has all of its tokens.
func (e *Engine) batch(b *Batch) ([]*tensors.Tensor, error) {
	for i, id := range b.tokens {
		if err := e.known(int(id)); err != nil {
			return nil, fmt.Errorf("sequence %d, token %d: %w", i/b.Seq, i%b.Seq, err)
		}
	}
	for i, slot := range b.place {
		if b.mask[i] == 0 {
			continue
		}
		if err := e.known(int(b.labels[slot])); err != nil {
			return nil, fmt.Errorf("row %d, answer token %d: %w", i/b.Span, i%b.Span, err)
		}
	}
	return b.inputs(), nil
}
