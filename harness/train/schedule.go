// Package train runs the optimiser: schedules, batches and the loop over preference pairs or plain text.
package train

import (
	"fmt"
	"math"

	"congrad/harness/method"
)

// Schedule is the learning rate over a run of a known number of steps.
type Schedule struct {
	Peak   float64
	Warmup float64 // share of the steps over which the rate rises from zero to its peak
	Shape  string  // "cosine" or "linear", both ending at zero, or "constant"
}

// Rate is the learning rate of step 1..steps. The first step already has a rate above zero, the last one still has.
func (s Schedule) Rate(step, steps int) (float64, error) {
	warmup := method.Count(s.Warmup, steps)
	if step <= warmup {
		return s.Peak * float64(step) / float64(warmup), nil
	}
	left := float64(steps-step+1) / float64(steps-warmup) // from 1 down to 1/(steps-warmup)
	switch s.Shape {
	case "constant":
		return s.Peak, nil
	case "linear":
		return s.Peak * left, nil
	case "cosine":
		return s.Peak * (1 - math.Cos(math.Pi*left)) / 2, nil
	}
	return 0, fmt.Errorf("%q: no such schedule", s.Shape)
}
