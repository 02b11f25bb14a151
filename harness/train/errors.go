package train

import "errors"

// ErrNumerical says that numbers left the range in which training means anything.
var ErrNumerical = errors.New("training diverged")
