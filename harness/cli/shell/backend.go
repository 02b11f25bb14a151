package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

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
	if err := a.survives(); err != nil {
		return nil, exit.With(exit.Backend, err)
	}
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

// survives starts XLA in another process where the environment tells it something that was never tried here: XLA ends the process that
// it is in, with a text of its own, for a flag that it does not know.
func (a *App) survives() error {
	told := slices.ContainsFunc(device.Environment(), func(set string) bool { return strings.HasPrefix(set, "XLA_") })
	if _, before := device.Known(a.Device); before || !told {
		return nil
	}
	if site, err := device.SiteOf(a.Device); err != nil || site.Info.Name == "go" {
		return nil // says Open, or needs no XLA
	}
	self, err := os.Executable()
	if err != nil || strings.HasSuffix(self, ".test") { // which would run its tests
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	_, err = exec.CommandContext(ctx, self, "setup", "probe", "--start", a.Device).Output()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return fmt.Errorf("starting XLA: %w; the environment tells it %s", device.Death(string(ended.Stderr), err), strings.Join(device.Environment(), ", "))
	}
	return nil
}
