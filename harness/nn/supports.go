package nn

import (
	"fmt"
	"strings"

	"congrad/harness/model"
)

// Supports reports what of a model no graph is built for yet. To run such a model without it would give numbers that look
// like results.
func Supports(c model.Config) error {
	if missing := c.Features.List(); len(missing) > 0 {
		return fmt.Errorf("models with %s cannot be run yet: only plain Llamas can", strings.Join(missing, "; "))
	}
	return nil
}
