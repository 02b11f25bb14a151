package train

import (
	"errors"
	"fmt"
	"math"

	"congrad/harness/nn"
)

// ErrNumerical says that numbers left the range in which training means anything.
var ErrNumerical = errors.New("training diverged")

// Divergence is a step whose loss or gradient is not finite; it was not taken. It is an ErrNumerical.
type Divergence struct {
	Step           int
	Loss, GradNorm float64
	Weights        []string // whose gradients are not finite, as the backward pass meets them; empty where it cannot be told
	Batch          []int    // the pairs that the step was to be taken on
}

func (d *Divergence) Error() string {
	where := ""
	switch n := len(d.Weights); {
	case n == 1:
		where = fmt.Sprintf(", in %s", d.Weights[0])
	case n > 1:
		where = fmt.Sprintf(", in %d weights, first in %s", n, d.Weights[0])
	}
	return fmt.Sprintf("%v: the loss is %g and the gradient norm is %g%s; try a lower learning rate (train.learning_rate)", ErrNumerical, d.Loss, d.GradNorm, where)
}

func (d *Divergence) Is(target error) bool { return target == ErrNumerical }

// Diverged returns a Divergence if a step's loss or its gradient's norm is not finite.
func Diverged(loss, gradNorm float64) error {
	if bad(loss) || bad(gradNorm) {
		return &Divergence{Loss: loss, GradNorm: gradNorm}
	}
	return nil
}

func bad(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// Finite returns a Divergence if a step's loss or its accumulated gradient is not finite, before the step spoils the weights.
func Finite(t *nn.Trainer, loss float64) error {
	squares, shapes, err := t.Squares()
	if err != nil {
		return err
	}
	d := &Divergence{Loss: loss}
	sum := 0.0
	for i := len(squares) - 1; i >= 0; i-- { // the backward pass begins with the last
		if sum += squares[i]; bad(squares[i]) {
			d.Weights = append(d.Weights, shapes[i].Name)
		}
	}
	if d.GradNorm = math.Sqrt(sum); bad(loss) || len(d.Weights) > 0 {
		return d
	}
	return nil
}
