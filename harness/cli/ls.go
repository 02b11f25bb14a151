package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"congrad/experiments"
	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/judge"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

// listings are what ls can list, in display order.
var listings = []struct {
	name string
	rows func(a *app) ([][]string, error)
}{
	{"experiments", (*app).listExperiments},
	{"languages", (*app).listLanguages},
	{"methods", (*app).listMethods},
	{"losses", (*app).listLosses},
	{"judges", (*app).listJudges},
	{"families", (*app).listFamilies},
	{"tasks", (*app).listTasks},
	{"runs", (*app).listRuns},
}

func (a *app) lsCommand() *cobra.Command {
	var names []string
	for _, l := range listings {
		names = append(names, l.name)
	}
	return &cobra.Command{
		Use:       "ls [" + strings.Join(names, "|") + "]",
		Short:     "List experiments, languages, methods, losses, judges, model families, tasks or runs",
		ValidArgs: names,
		Args:      cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, l := range listings {
				if len(args) == 1 && args[0] != l.name {
					continue
				}
				rows, err := l.rows(a)
				if err != nil {
					return err
				}
				if len(args) == 0 {
					fmt.Fprintf(a.Out, "%s:\n", l.name)
				}
				if err := a.Columns(rows, len(args) == 0); err != nil {
					return err
				}
				if len(args) == 1 {
					return nil
				}
			}
			if len(args) == 1 {
				return exit.With(exit.Config, fmt.Errorf("%q: unknown list%s (%s)", args[0], suggest.DidYouMean(args[0], names), strings.Join(names, ", ")))
			}
			return nil
		},
	}
}

func (a *app) listExperiments() (rows [][]string, err error) {
	s, err := open.ReadSurroundings()
	if err != nil {
		return nil, err
	}
	w := s.World()
	w.Model = func(string) error { return nil } // it may be one to be fetched first
	for _, name := range open.Shipped() {
		source, err := experiments.Files.ReadFile(name + ".toml")
		if err != nil {
			return nil, err
		}
		e, err := config.Load(name+".toml", source, nil, w)
		if err != nil {
			return nil, exit.With(exit.Config, err)
		}
		rows = append(rows, []string{name, e.Title})
	}
	return rows, nil
}

func (a *app) listLanguages() (rows [][]string, err error) {
	s, err := open.ReadSurroundings()
	if err != nil {
		return nil, err
	}
	for _, l := range s.Languages.All() {
		rows = append(rows, []string{l.Code, l.Name, l.Script, l.Direction, l.Endonym})
	}
	return rows, nil
}

func (a *app) listMethods() (rows [][]string, err error) {
	for _, m := range method.Aggregators {
		rows = append(rows, []string{"aggregator", m.Name, m.Properties.String(), m.Doc})
	}
	for _, s := range method.Selectors {
		rows = append(rows, []string{"selector", s.Name, "", s.Doc})
	}
	return rows, nil
}

func (a *app) listLosses() (rows [][]string, err error) {
	for _, l := range loss.Kinds() {
		rows = append(rows, []string{l.Name, l.Title + ": " + l.Doc})
	}
	return rows, nil
}

func (a *app) listJudges() (rows [][]string, err error) {
	for _, j := range judge.Kinds {
		rows = append(rows, []string{j.Name, j.Doc})
	}
	return rows, nil
}

func (a *app) listFamilies() (rows [][]string, err error) {
	for _, f := range model.Families() {
		rows = append(rows, []string{f.Name, f.Doc})
	}
	return rows, nil
}

func (a *app) listTasks() (rows [][]string, err error) {
	s, err := open.ReadSurroundings()
	if err != nil {
		return nil, err
	}
	for _, t := range s.Tasks {
		rows = append(rows, []string{t.Name, t.Kind, t.Title})
	}
	return rows, nil
}

// listRuns lists every run, finished or not.
func (a *app) listRuns() (rows [][]string, err error) {
	if _, err := os.Stat(a.Runs); a.Runs == shell.DefaultRuns && errors.Is(err, fs.ErrNotExist) { // nothing was run yet
		return nil, nil
	}
	if err := a.findRuns(); err != nil {
		return nil, err
	}
	found, _ := filepath.Glob(filepath.Join(a.Runs, "*", "plan.json")) // the pattern is well formed
	for _, f := range found {
		dir := filepath.Dir(f)
		state := "no manifest: still running, or killed"
		if m, err := run.Folder(dir).Manifest(); err == nil {
			state = fmt.Sprintf("%s, %s", m.Outcome, m.Finished.Format("2006-01-02 15:04"))
		} else if !os.IsNotExist(err) {
			state = err.Error()
		}
		rows = append(rows, []string{filepath.Base(dir), state})
	}
	return rows, nil
}

// findRuns is an error where there is no folder of runs.
func (a *app) findRuns() error {
	_, err := os.Stat(a.Runs)
	if errors.Is(err, fs.ErrNotExist) {
		return exit.With(exit.Data, fmt.Errorf("%s: no such folder of runs (--runs)", a.Runs))
	}
	return errors.Join(err, a.checkRuns())
}

// checkRuns reports a file in the place of the folder of runs.
func (a *app) checkRuns() error {
	if stat, err := os.Stat(a.Runs); err == nil && !stat.IsDir() {
		return exit.With(exit.Config, fmt.Errorf("--runs %s: is a file; want a folder", a.Runs))
	}
	return nil
}
