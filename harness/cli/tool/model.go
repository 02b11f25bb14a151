package tool

import (
	"congrad/harness/cli/shell"

	"github.com/spf13/cobra"
)

// app is one call of the program, with the verbs of this package.
type app struct{ *shell.App }

// Commands are the verbs of this package.
func Commands(a *shell.App) []*cobra.Command {
	t := &app{a}
	return []*cobra.Command{
		t.setupCommand(), t.doctorCommand(), t.pretrainCommand(), t.examineCommand(), t.tokenizeCommand(), t.generateCommand(), t.modelCommand(),
	}
}

func (a *app) modelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Fetch, check and make up models",
		Args:  cobra.ArbitraryArgs,
		RunE:  shell.NeedsCommand,
	}
	c.AddCommand(a.modelCheckCommand(), a.downloadCommand(), a.rehearseCommand())
	return c
}
