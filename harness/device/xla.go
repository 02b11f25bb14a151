//go:build cgo && !noxla && ((linux && amd64) || darwin)

package device

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

const (
	xlaCompiledIn = true
	whyNoXLA      = ""
)

// openXLA loads a plugin by its absolute path, which keeps GoMLX from looking for one, and from downloading one, by
// itself. Host memory is shared with the device, which GoMLX else does only for a plugin called "cpu".
func openXLA(p Plugin) (compute.Backend, error) {
	xla.EnableAutoInstall(false)
	return xla.New(p.Path + ",shared_buffers")
}

// keep has a backend keep its compiled programs.
func keep(b compute.Backend, k *Kept) { b.(*xla.Backend).Keep(k) }

// Loaded is how many programs a backend took from those that are kept, instead of compiling them.
func Loaded(b Backend) int {
	if x, ok := b.(*xla.Backend); ok {
		return x.Loaded()
	}
	return 0
}

// Donor begins the names of those inputs of a program whose buffers it may use for its results.
const Donor = xla.DonorPrefix
