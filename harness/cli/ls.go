package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

// listings are what ls can list, in display order.
var listings = []listing{
	{"experiments", []string{"name", "title"}, (*app).listExperiments},
	{"languages", []string{"code", "name", "script", "direction", "endonym"}, (*app).listLanguages},
	{"methods", []string{"kind", "name", "properties", "meaning"}, (*app).listMethods},
	{"losses", []string{"name", "meaning"}, (*app).listLosses},
	{"judges", []string{"name", "meaning"}, (*app).listJudges},
	{"families", []string{"name", "meaning"}, (*app).listFamilies},
	{"tasks", []string{"name", "kind", "title"}, (*app).listTasks},
	{"runs", nil, (*app).listRuns},
}

// listing is one list: the keys of its rows in JSON, and its rows. Runs have more in JSON.
type listing struct {
	name string
	keys []string
	rows func(a *app) ([][]string, error)
}

// json is the list for --json.
func (l listing) json(a *app) (any, error) {
	if l.keys == nil {
		return a.runList()
	}
	rows, err := l.rows(a)
	list := make([]shell.Object, len(rows))
	for i, row := range rows {
		for j, key := range l.keys {
			list[i] = append(list[i], shell.Field{Key: key, Value: row[j]})
		}
	}
	return list, err
}

func (a *app) lsCommand() *cobra.Command {
	var names []string
	for _, l := range listings {
		names = append(names, l.name)
	}
	var asJSON bool
	c := &cobra.Command{
		Use:       "ls [" + strings.Join(names, "|") + "]",
		Short:     "List experiments, languages, methods, losses, judges, model families, tasks or runs",
		ValidArgs: names,
		Args:      cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if asJSON {
				return a.listJSON(args)
			}
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
				return noList(args[0])
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	a.WideFlag(c)
	return c
}

func noList(name string) error {
	var names []string
	for _, l := range listings {
		names = append(names, l.name)
	}
	return exit.With(exit.Config, fmt.Errorf("%q: unknown list%s (%s)", name, suggest.DidYouMean(name, names), strings.Join(names, ", ")))
}

// listJSON prints the list that is named, or an object with all of them.
func (a *app) listJSON(args []string) error {
	var all shell.Object
	for _, l := range listings {
		if len(args) == 1 && args[0] != l.name {
			continue
		}
		list, err := l.json(a)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			return a.JSON(list)
		}
		all = append(all, shell.Field{Key: l.name, Value: list})
	}
	if len(args) == 1 {
		return noList(args[0])
	}
	return a.JSON(all)
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
