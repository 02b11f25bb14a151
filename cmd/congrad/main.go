// Command congrad runs experiments in multilingual preference alignment; see package harness/cli for its verbs.
package main

import (
	"os"

	"congrad/harness/cli"
	"congrad/harness/device"
)

func main() {
	device.TuneAllocator()
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
