package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/record"
	"congrad/harness/run"

	"github.com/spf13/cobra"
)

func (a *app) reportCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "report RUN",
		Short:   "Make the tables, figures and report of a run anew, from its records alone",
		Long:    "Reads runs/RUN/records (or the folder RUN) and writes tables, figures, report.md and report.html beside it.\nNeeds no model and no device.",
		Example: "  congrad report tiny",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := a.findRun(args[0])
			if err != nil {
				return err
			}
			set, err := record.Load(folder.Records())
			if err != nil {
				return failing(exitData, err)
			}
			if err := a.render(folder, set); err != nil {
				return failing(exitData, err)
			}
			if err := a.printResult(folder); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.err, "report: %s\n", filepath.Join(string(folder), "report.html"))
			return err
		},
	}
}

// findRun finds a run by name or folder.
func (a *app) findRun(name string) (run.Folder, error) {
	for _, dir := range []string{filepath.Join(a.runs, name), name} {
		if _, err := os.Stat(filepath.Join(dir, "records", "study.jsonl")); err == nil {
			return run.Folder(dir), nil
		}
	}
	return "", failing(exitConfig, fmt.Errorf("%q: no such run with records%s (congrad ls runs)", name, didYouMean(name, a.finishedRuns())))
}

// finishedRuns lists the runs that have records.
func (a *app) finishedRuns() []string {
	found, _ := filepath.Glob(filepath.Join(a.runs, "*", "records", "study.jsonl"))
	var names []string
	for _, f := range found {
		names = append(names, filepath.Base(filepath.Dir(filepath.Dir(f))))
	}
	return names
}

// printResult prints a run's main table, or, where nothing was evaluated, what its scoring was worth.
func (a *app) printResult(folder run.Folder) error {
	for _, name := range []string{"main", "fidelity"} {
		data, err := os.ReadFile(filepath.Join(string(folder), "tables", name+".txt"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = a.out.Write(data)
		return err
	}
	return nil
}
