// Package tool holds the verbs of a single model or of the machine, which need no experiment.
package tool

import (
	"congrad/harness/cli/shell"
	"congrad/harness/model"
	"congrad/harness/nn"

	"github.com/spf13/cobra"
)

// app is one call of the program, with the verbs of this package.
type app struct{ *shell.App }

// Commands are the verbs of this package.
func Commands(s *shell.App) []*cobra.Command {
	a := &app{s}
	return []*cobra.Command{
		a.setupCommand(), a.doctorCommand(), a.pretrainCommand(), a.examineCommand(), a.tokenizeCommand(), a.generateCommand(), a.modelCommand(), a.dataCommand(), a.versionCommand(),
	}
}

func (a *app) modelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Download, check and make models",
		Args:  cobra.ArbitraryArgs,
		RunE:  shell.NeedsCommand,
	}
	c.AddCommand(a.modelCheckCommand(), a.downloadCommand(), a.rehearseCommand())
	return c
}

// upload starts the device and puts a model's weights there. The caller frees them.
func (a *app) upload(base *model.Folder) (*nn.Engine, *nn.Weights, error) {
	b, err := a.OpenBackend()
	if err != nil {
		return nil, nil, err
	}
	e := nn.NewEngine(b.Backend, base.Config)
	weights, err := e.Upload(base.Weights)
	return e, weights, err
}
