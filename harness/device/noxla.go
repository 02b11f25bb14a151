//go:build !cgo || noxla || !((linux && amd64) || darwin)

package device

import (
	"errors"

	"github.com/gomlx/compute"
)

const (
	xlaCompiledIn = false
	whyNoXLA      = "XLA needs cgo and a C compiler, on linux/amd64 or darwin"
)

func keep(compute.Backend, *Kept) {}

// Loaded is how many programs a backend took from those that are kept, instead of compiling them.
func Loaded(Backend) int { return 0 }

func openXLA(Plugin) (compute.Backend, error) { return nil, errors.New(whyNoXLA) }

// Donor begins the names of those inputs of a program whose buffers it may use for its results.
const Donor = "donor_"
