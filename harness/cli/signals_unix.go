//go:build unix

package cli

import (
	"os"
	"syscall"
)

// warning are signals that only Unix has.
var warning = []os.Signal{syscall.SIGUSR1}
