package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"congrad/harness/exit"

	"github.com/spf13/cobra"
)

func (a *app) openCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "open RUN",
		Short:   "Open the report of a run in the browser",
		Long:    "Opens runs/RUN/report.html with the program that the system has for web pages, and prints its path.",
		Example: "  congrad open tiny",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			folder, err := a.findRun(args[0])
			if err != nil {
				return err
			}
			page, err := filepath.Abs(filepath.Join(string(folder), "report.html"))
			if err != nil {
				return err
			}
			if _, err := os.Stat(page); err != nil {
				return exit.With(exit.Data, fmt.Errorf("%s has no report.html (congrad report %s makes it)", folder, args[0]))
			}
			fmt.Fprintln(a.Out, page)
			opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
			if opener == "" {
				opener = "xdg-open"
			}
			program, err := exec.LookPath(opener)
			if err != nil {
				return fmt.Errorf("no program for web pages was found (%s is missing): open the file above, or copy it to a machine with a browser; it needs no other file", opener)
			}
			if out, err := exec.CommandContext(c.Context(), program, page).CombinedOutput(); err != nil {
				return fmt.Errorf("%s could not open the report: %s; open the file above, or copy it to a machine with a browser", opener, firstLine(out, err))
			}
			return nil
		},
	}
}

// firstLine is what a program says first, or how it ended.
func firstLine(out []byte, err error) string {
	for i, b := range out {
		if b == '\n' {
			return string(out[:i])
		}
	}
	if len(out) > 0 {
		return string(out)
	}
	return err.Error()
}
