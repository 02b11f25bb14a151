package cli

import "github.com/spf13/cobra"

func (a *app) modelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Fetch, check and make up models",
		Args:  cobra.ArbitraryArgs,
		RunE:  needsCommand,
	}
	c.AddCommand(a.modelCheckCommand(), a.downloadCommand(), a.rehearseCommand())
	return c
}
