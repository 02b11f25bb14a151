// Package cli is the command line: the verbs, and the only place that prints. Data goes to standard output, progress and
// errors to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"congrad/harness/nn"
	"congrad/harness/train"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOther      = 1
	exitConfig     = 2 // the experiment file, the flags or the arguments
	exitData       = 3 // data or weights
	exitBackend    = 4 // the device or its plugin
	exitNumerical  = 5 // numbers that mean nothing any more
	exitInterrupt  = 130
	exitTerminated = 143
)

// failure is an error with its exit code.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

// failing marks an error with an exit code, unless it has one.
func failing(code int, err error) error {
	var f failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return failure{code, err}
}

// The defaults of the flags that every verb has.
const (
	defaultDevice = "auto"
	defaultRuns   = "runs"
)

// app is one call of the program.
type app struct {
	in       io.Reader
	out, err io.Writer
	device   string
	runs     string
}

// Main runs the program and returns its exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	a := &app{in: in, out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	return a.conclude(ctx, err)
}

// interruptible is cancelled by the first Ctrl-C or SIGTERM, with the signal as its cause. A second one kills.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s, ok := <-signals
		if ok {
			signal.Stop(signals)
			cancel(stopped{s})
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel(nil) }
}

// stopped is the cause of a cancelled context.
type stopped struct{ signal os.Signal }

func (s stopped) Error() string { return "stopped by " + s.signal.String() }

// conclude prints what went wrong and picks the exit code.
func (a *app) conclude(ctx context.Context, err error) int {
	if err == nil {
		return 0
	}
	var s stopped
	if errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &s) {
		if s.signal == syscall.SIGTERM {
			return exitTerminated
		}
		return exitInterrupt
	}
	fmt.Fprintf(a.err, "congrad: %s\n", strings.TrimSpace(err.Error()))
	var f failure
	switch {
	case errors.As(err, &f):
		return f.code
	case errors.Is(err, train.ErrNumerical), errors.Is(err, nn.ErrNotFinite):
		return exitNumerical
	}
	return exitOther
}

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "congrad",
		Short: "Experiments in multilingual preference alignment with conflicting-gradient filtering",
		Long: "congrad runs declarative experiments: it aligns one model on the preferences of many languages, with and\n" +
			"without filtering pairs by their agreement with a cross-lingual consensus gradient, evaluates seen and\n" +
			"unseen languages and the alignment tax, and writes tables, figures and a report.",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE:              needsCommand,
		Args:              cobra.ArbitraryArgs,
	}
	root.PersistentFlags().StringVar(&a.device, "device", defaultDevice, `what computes: "auto", "xla", "go", or the path of a PJRT plugin`)
	root.PersistentFlags().StringVar(&a.runs, "runs", defaultRuns, "the folder of runs and of their store")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return failing(exitConfig, err) })
	root.AddCommand(a.runCommand(), a.planCommand(), a.reportCommand(), a.showCommand(), a.diffCommand(), a.validateCommand(), a.newCommand(), a.lsCommand(), a.defaultsCommand(),
		a.diagnoseCommand(), a.setupCommand(), a.doctorCommand(), a.gcCommand(), a.pretrainCommand(), a.examineCommand(),
		a.tokenizeCommand(), a.generateCommand(), a.exportCommand(), a.modelCommand())
	markArguments(root)
	return root
}

// markArguments makes wrong arguments of all commands below c the user's to mend, like wrong files.
func markArguments(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if check := sub.Args; check != nil {
			sub.Args = func(c *cobra.Command, args []string) error {
				if err := check(c, args); err != nil {
					return failing(exitConfig, fmt.Errorf("%w (%s --help)", err, c.CommandPath()))
				}
				return nil
			}
		}
		markArguments(sub)
	}
}

// needsCommand runs a command that only has commands of its own.
func needsCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return failing(exitConfig, fmt.Errorf("%q: no such command%s (%s --help)", args[0], suggestCommand(c, args[0]), c.CommandPath()))
	}
	return c.Help()
}

func suggestCommand(c *cobra.Command, word string) string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return didYouMean(word, names)
}
