package tool

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"congrad/harness/cli/machine"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/nn"

	"github.com/spf13/cobra"
)

func (a *app) setupCommand() *cobra.Command {
	var again bool
	c := &cobra.Command{
		Use:   "setup",
		Short: "Install an XLA plugin into the user's cache",
		Long: "Downloads a CPU plugin for XLA (about 60 MB; pinned, checked by SHA-256), tries it in a separate process and selects\n" +
			"it. The plugin is downloaded at no other time. CONGRAD_CACHE moves the cache, CONGRAD_PLUGIN names your own\n" +
			"plugin.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := device.Supported(); err != nil {
				return exit.With(exit.Backend, err)
			}
			if p, err := device.Installed(); err == nil && !again {
				_, err := fmt.Fprintf(a.Out, "already installed: %s\n", p.Name)
				return err
			}
			p, err := device.Setup(c.Context(), func(path string) error { _, err := Probe(c.Context(), path); return err }, func(format string, args ...any) {
				fmt.Fprintf(a.Err, format+"\n", args...)
			})
			if err != nil {
				return exit.With(exit.Backend, err)
			}
			_, err = fmt.Fprintf(a.Out, "installed: %s\n", p.Name)
			return err
		},
	}
	c.Flags().BoolVar(&again, "again", false, "install again even if a plugin is installed")
	c.AddCommand(a.probeCommand())
	return c
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Show which backend runs experiments here, and how fast",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.doctor(c.Context()) },
	}
}

func (a *app) doctor(ctx context.Context) error {
	rows := [][]string{
		{"machine", fmt.Sprintf("%s, %d cores, %s", machine.CPU(), runtime.GOMAXPROCS(0), machine.Memory())},
		{"built with", runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH},
	}
	var trouble error
	plugin, err := device.Installed()
	switch {
	case err != nil:
		rows = append(rows, []string{"XLA", err.Error()})
	default:
		rows = append(rows, []string{"XLA plugin", plugin.Name + ", " + plugin.Path})
		if trouble = plugin.Verify(); trouble != nil {
			rows = append(rows, []string{"", trouble.Error()})
		} else {
			rows = append(rows, []string{"", "SHA-256 " + plugin.SHA256 + ", as installed"})
		}
	}
	if set := device.Environment(); len(set) > 0 {
		rows = append(rows, []string{"environment", strings.Join(set, ", ")})
	}
	if dir, programs, size, err := device.KeptPrograms(); err == nil && programs > 0 {
		rows = append(rows, []string{"compiled programs", fmt.Sprintf("%d, %.1f MB, in %s, which may be deleted at any time", programs, float64(size)/1e6, dir)})
	}
	choice := "go"
	if err == nil && trouble == nil {
		choice = "xla"
	}
	if a.Device != "auto" {
		choice = a.Device
	}
	speed, err := Probe(ctx, choice)
	if err != nil {
		trouble = errors.Join(trouble, fmt.Errorf("%s: %w", choice, err))
		rows = append(rows, []string{"probe", err.Error()})
	} else {
		rows = append(rows,
			[]string{"runs on", map[bool]string{true: "the pure-Go backend", false: choice}[choice == "go"]},
			[]string{"threads of XLA", speed.ThreadsNote()},
			[]string{"matrix products", fmt.Sprintf("%.0f GFLOP/s in float32, %.0f in bfloat16", speed.Single, speed.Half)},
			[]string{"training", fmt.Sprintf("%.0f tokens/s (DPO on the embedded model)", speed.Train)},
			[]string{"congrad run tiny", advice(speed.Speed) + busyNote(speed.Busy)},
			[]string{"allocator", device.Allocator()})
		rows = slices.DeleteFunc(rows, func(row []string) bool { return row[1] == "" })
	}
	if err := a.Columns(rows, false); err != nil {
		return err
	}
	return exit.With(exit.Backend, trouble)
}

// busyNote warns of figures that were measured while other programs used the processor; empty if none did.
func busyNote(busy float64) string {
	if busy < machine.Disturbed {
		return ""
	}
	return fmt.Sprintf(", less on a free machine: other programs kept the processor busy while this was measured (load average %.1f on %d cores)", busy, runtime.NumCPU())
}

// advice estimates how long the embedded experiment takes: its device work is about tinyTokens tokens of training.
func advice(s nn.Speed) string {
	minutes := tinyTokens / s.Train / 60
	if minutes > 30 {
		return fmt.Sprintf("about %.0f minutes; congrad run tiny --limit 8 --seeds 1 is a quick look", minutes)
	}
	return fmt.Sprintf("about %.0f minutes", max(1, minutes))
}

// tinyTokens is the whole of congrad run tiny in units of training tokens, from measured runs.
const tinyTokens = 4e6
