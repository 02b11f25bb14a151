//go:build !unix

package cli

import "os"

var warning []os.Signal
