package cli

import "github.com/spf13/cobra"

func (a *app) modelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Fetch models, and say whether they compute what they should",
		Args:  cobra.ArbitraryArgs,
		RunE:  needsCommand,
	}
	c.AddCommand(a.modelCheckCommand(), a.downloadCommand())
	return c
}
