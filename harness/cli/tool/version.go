package tool

import (
	"cmp"
	"runtime"

	"congrad/harness/cli/machine"
	"congrad/harness/device"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, its commit, the Go release and the XLA plugin",
		Long:  "Prints what a report or a bug report needs to name this program. Nothing is measured; congrad doctor does that.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit, dirty := machine.Commit()
			if dirty {
				commit += ", with uncommitted changes"
			}
			plugin, err := device.Installed()
			if err != nil {
				plugin.Name = err.Error()
			}
			return a.Columns([][]string{
				{"congrad", machine.Version},
				{"commit", cmp.Or(commit, "unknown: the build did not record it")},
				{"go", runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH},
				{"XLA plugin", plugin.Name},
			}, false)
		},
	}
}
