package train

import (
	"errors"
	"fmt"
	"math"
)

// ErrNumerical says that numbers left the range in which training means anything.
var ErrNumerical = errors.New("training diverged")

// Diverged returns an ErrNumerical if a step's loss or its gradient's norm is not finite.
func Diverged(loss, gradNorm float64) error {
	for _, x := range []float64{loss, gradNorm} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%w: the loss is %g and the gradient norm is %g; try a lower learning rate (train.learning_rate)", ErrNumerical, loss, gradNorm)
		}
	}
	return nil
}
