package cli

import (
	"fmt"

	"congrad/harness/device"
)

// backend is the started device.
type backend struct {
	backend device.Backend
	info    device.Info
}

// openBackend starts the device that --device asks for, and says in one line if that is the slow one by default.
func (a *app) openBackend() (*backend, error) {
	b, info, err := device.Open(a.device)
	if err != nil {
		return nil, failing(exitBackend, err)
	}
	if info.Why != "" {
		fmt.Fprintf(a.err, "%s, so the pure-Go backend runs, some fifteen times slower; --limit makes it short\n", info.Why)
	}
	return &backend{b, info}, nil
}
