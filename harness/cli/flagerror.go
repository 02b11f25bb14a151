package cli

import (
	"errors"
	"fmt"
	"strings"

	"congrad/harness/suggest"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError words what the library says about a flag of a command.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var bare *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		name, given := unknown.GetSpecifiedName(), "--"
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			name, given = short, "-"
		}
		return fmt.Errorf("%s%s: no such flag%s (%s --help)", given, name, nearestFlag(c, name), c.CommandPath())
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		want := wantedOf(f)
		if want == "" {
			return fmt.Errorf("--%s %s: %w", f.Name, invalid.GetValue(), invalid.Unwrap())
		}
		return fmt.Errorf("--%s %s: want %s", f.Name, invalid.GetValue(), want)
	case errors.As(err, &bare):
		if want := wantedOf(bare.GetFlag()); want != "" {
			return fmt.Errorf("--%s: want %s", bare.GetFlag().Name, want)
		}
		return fmt.Errorf("--%s: needs a value (%s --help)", bare.GetFlag().Name, c.CommandPath())
	}
	return fmt.Errorf("%w (%s --help)", err, c.CommandPath())
}

// didYouMeanFlag is the clause that names the flag of a command that was probably meant.
func didYouMeanFlag(name string, names []string) string {
	if near, ok := suggest.Nearest(strings.TrimLeft(name, "-"), names); ok {
		return fmt.Sprintf("; did you mean %q?", "--"+near)
	}
	return ""
}

// wantedOf is what a flag takes; empty if that is text.
func wantedOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return fmt.Sprintf("a whole number, as in --%s 8", f.Name)
	case "uint64":
		return fmt.Sprintf("a whole number, 0 or more, as in --%s 8", f.Name)
	case "float64":
		return fmt.Sprintf("a number, as in --%s 0.5", f.Name)
	case "bool":
		return fmt.Sprintf("no value, true or false, as in --%s", f.Name)
	}
	return ""
}
