package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"congrad/harness/cli/machine"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/nn"

	"github.com/spf13/cobra"
)

// probeCommand is what runs in the child process: it measures a device and prints the figures as JSON.
func (a *app) probeCommand() *cobra.Command {
	var start bool
	c := &cobra.Command{
		Use: "probe DEVICE", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			b, info, err := device.Open(args[0])
			if err != nil || start {
				return exit.With(exit.Backend, err)
			}
			speed, err := nn.Probe(b)
			if err != nil {
				return exit.With(exit.Backend, err)
			}
			return json.NewEncoder(a.Out).Encode(Probed{Speed: speed, Threads: info.Threads})
		},
	}
	c.Flags().BoolVar(&start, "start", false, "start the device and measure nothing")
	return c
}

// Probed is what a probe found.
type Probed struct {
	nn.Speed
	Threads int       // of XLA's pool, see device.Info
	Busy    float64   // load average before it
	When    time.Time // it was measured
}

// String says when a kept probe was made, and whether it can be trusted.
func (p Probed) String() string {
	text := "the speed was measured on " + p.When.Format(time.DateOnly)
	if p.Busy >= machine.Disturbed {
		text += fmt.Sprintf(" while other programs kept the processor busy (load average %.1f on %d cores)", p.Busy, runtime.NumCPU())
	}
	return text + " (congrad doctor measures it again)"
}

// ThreadsNote says what the number of threads means for stages; empty where they do not depend on it.
func (p Probed) ThreadsNote() string {
	if p.Threads == 0 {
		return ""
	}
	return fmt.Sprintf("%d; with another number stages are not taken from the store (PJRT_NPROC=%d keeps it)", p.Threads, p.Threads)
}

// Kept is what an earlier Probe found with the same plugin, processor, cores and environment; false where there is nothing.
func Kept(choice string) (p Probed, ok bool) {
	site, err := device.SiteOf(choice)
	return p, err == nil && site.Load("speed", &p) && p.Single > 0
}

// Probe measures a device, and keeps what it found for Kept.
func Probe(ctx context.Context, choice string) (Probed, error) {
	busy := machine.Busy()
	p, err := probe(ctx, choice)
	if err != nil {
		return p, err
	}
	p.Busy, p.When = busy, time.Now()
	if site, err := device.SiteOf(choice); err == nil {
		site.Save("speed", p)
	}
	return p, nil
}

// probe measures a device in a process of its own: a plugin that does not fit the machine kills the process it is in.
func probe(ctx context.Context, choice string) (Probed, error) {
	var speed Probed
	self, err := os.Executable()
	if err != nil {
		return speed, fmt.Errorf("finding this program: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, self, "setup", "probe", choice).Output()
	if err != nil {
		var ended *exec.ExitError
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return speed, errors.New("it does not run here: its probe did not end within two minutes")
		case ctx.Err() != nil:
			return speed, ctx.Err()
		case errors.As(err, &ended):
			return speed, fmt.Errorf("it does not run here: %w", device.Death(string(ended.Stderr), err))
		}
		return speed, fmt.Errorf("it does not run here: %w", err)
	}
	if err := json.Unmarshal(out, &speed); err != nil {
		return speed, fmt.Errorf("its probe printed %q instead of numbers", out)
	}
	return speed, nil
}
