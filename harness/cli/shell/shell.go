// Package shell is what all verbs share: the streams, the flags that every verb has, the device, and how models are written.
package shell

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"congrad/harness/exit"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

// The defaults of the flags that every verb has.
const (
	DefaultDevice = "auto"
	DefaultRuns   = "runs"
)

// App is one call of the program.
type App struct {
	In       io.Reader
	Out, Err io.Writer
	Device   string // what --device says
	Runs     string // the folder of runs
	Wide     bool   // what --wide says
}

// Columns prints rows in columns.
func (a *App) Columns(rows [][]string, indent bool) error {
	if width := a.width(); width > 0 {
		_, err := io.WriteString(a.Out, hanging(rows, map[bool]string{true: "  "}[indent], width))
		return err
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if indent {
			fmt.Fprint(w, "  ")
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// NeedsCommand runs a command that only has commands of its own.
func NeedsCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exit.With(exit.Config, NoCommand(c, args[0], suggestCommand(c, args[0])))
	}
	return c.Help()
}

// NoCommand says that a command has no such command, with a clause about what was meant.
func NoCommand(c *cobra.Command, word, clause string) error {
	return fmt.Errorf("%q: no such command%s (%s --help)", word, clause, c.CommandPath())
}

func suggestCommand(c *cobra.Command, word string) string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return suggest.DidYouMean(word, names)
}
