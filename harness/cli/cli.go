// Package cli is the command line: the root command and the verbs of studies. Only it and the packages below it print. Data goes
// to standard output, progress and errors to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/shell"
	"congrad/harness/cli/tool"
	"congrad/harness/exit"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/train"

	"github.com/spf13/cobra"
)

// app is one call of the program, with the verbs of studies.
type app struct{ *shell.App }

// Main runs the program and returns its exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	a := &app{&shell.App{In: in, Out: out, Err: errs}}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	return a.conclude(ctx, err)
}

// conclude prints what went wrong and picks the exit code.
func (a *app) conclude(ctx context.Context, err error) int {
	if err == nil {
		return 0
	}
	var s stopped
	if errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &s) {
		fmt.Fprint(a.Err, s.stacks)
		return s.code()
	}
	if line, code := trouble(err); line != "" {
		fmt.Fprintf(a.Err, "congrad: %s\n", line)
		return code
	}
	fmt.Fprintf(a.Err, "congrad: %s\n", inWords(err))
	code := exit.Code(err)
	if code == exit.Other && (errors.Is(err, train.ErrNumerical) || errors.Is(err, nn.ErrNotFinite) || errors.Is(err, sketch.ErrNotFinite)) {
		return exit.Numerical
	}
	return code
}

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "congrad",
		Short: "Experiments in multilingual preference alignment with conflicting-gradient filtering",
		Long: "congrad runs an experiment from one TOML file: it trains a model on the preferences of many languages, with\n" +
			"and without filtering conflicting pairs, and reports how each arm does.",
		Example:       "  congrad run tiny",
		Version:       machine.Version,
		SilenceErrors: true, SilenceUsage: true,
		RunE: needsCommand,
		Args: cobra.ArbitraryArgs,
	}
	root.PersistentFlags().StringVar(&a.Device, "device", shell.DefaultDevice, `backend: "auto", "xla", "go", or the path of a PJRT plugin`)
	root.PersistentFlags().StringVar(&a.Runs, "runs", shell.DefaultRuns, "folder of the runs and their store")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return exit.With(exit.Config, flagError(c, err)) })
	root.AddCommand(a.runCommand(), a.stageCommand(), a.validateScoresCommand(), a.planCommand(), a.reportCommand(), a.showCommand(), a.tableCommand(), a.recordsCommand(), a.diffCommand(), a.validateCommand(), a.newCommand(), a.lsCommand(), a.defaultsCommand(),
		a.diagnoseCommand(), a.verifyCommand(), a.gcCommand(), a.exportCommand())
	root.AddCommand(tool.Commands(a.App)...)
	root.SetHelpCommand(helpCommand(root))
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" { // the library's own prints its help for a shell that it does not know
			c.RunE, c.Args = shell.NeedsCommand, cobra.ArbitraryArgs
		}
	}
	addGroups(root)
	checkArguments(root)
	a.completions(root)
	hideUnused(root)
	return root
}
