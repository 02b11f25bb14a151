package shell

import (
	"fmt"

	"congrad/harness/device"
	"congrad/harness/exit"
)

// Backend is the started device.
type Backend struct {
	Backend device.Backend
	Info    device.Info
}

// OpenBackend starts the device that --device asks for, and says in one line if that is the slow one by default.
func (a *App) OpenBackend() (*Backend, error) {
	b, info, err := device.Open(a.Device)
	if err != nil {
		return nil, exit.With(exit.Backend, err)
	}
	a.NoteSlow(info)
	return &Backend{b, info}, nil
}

// NoteSlow says why the pure-Go backend runs although nobody asked for it.
func (a *App) NoteSlow(info device.Info) {
	if info.Why != "" {
		fmt.Fprintf(a.Err, "%s; the pure-Go backend runs instead, about fifteen times slower (--limit makes the run shorter)\n", info.Why)
	}
}
