package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/results"

	"github.com/spf13/cobra"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two runs: their settings, and the results of arms with the same name",
		Long: "A and B are runs (name or folder), or experiments that have not been run. Prints the settings that differ. If both have\n" +
			"records, it also prints paired differences (B minus A) of arms with the same name, on the same items and seeds. Win rates\n" +
			"are compared only if both are against the same answers.",
		Example: "  congrad diff tiny tiny-all\n  congrad diff tiny mine.toml",
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			var sides [2]side
			for i, arg := range args {
				var err error
				if sides[i], err = a.side(arg); err != nil {
					return err
				}
			}
			differences, err := config.Differences(sides[0].settings, sides[1].settings)
			if err != nil {
				return exit.With(exit.Data, err)
			}
			if asJSON {
				return a.diffJSON(sides, differences)
			}
			rows := [][]string{{"setting", sides[0].name, sides[1].name}}
			for _, d := range differences {
				rows = append(rows, []string{d.Key, orNotSet(d.A), orNotSet(d.B)})
			}
			if len(differences) == 0 {
				rows = [][]string{{"The settings are the same."}}
			}
			if err := a.Columns(rows, false); err != nil {
				return err
			}
			for _, s := range sides {
				if s.records == nil {
					_, err := fmt.Fprintf(a.Err, "%s has no records, so only settings are compared (congrad run %s)\n", s.name, s.name)
					return err
				}
			}
			t, err := results.Between(sides[0].records, sides[1].records)
			if err != nil {
				return exit.With(exit.Config, fmt.Errorf("%s and %s cannot be paired: %w", sides[0].name, sides[1].name, err))
			}
			text, err := t.Plain()
			if err != nil {
				return err
			}
			return a.Table("\n" + string(text))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	a.WideFlag(c)
	return c
}

// diffJSON prints what differs as JSON; results are null where a side has no records.
func (a *app) diffJSON(sides [2]side, differences []config.Difference) error {
	raw := func(value string) any {
		if value == "" {
			return nil
		}
		return json.RawMessage(value)
	}
	settings := []shell.Object{}
	for _, d := range differences {
		settings = append(settings, shell.Object{{Key: "key", Value: d.Key}, {Key: "a", Value: raw(d.A)}, {Key: "b", Value: raw(d.B)}})
	}
	all := shell.Object{{Key: "a", Value: sides[0].name}, {Key: "b", Value: sides[1].name}, {Key: "settings", Value: settings}, {Key: "results"}}
	if sides[0].records != nil && sides[1].records != nil {
		t, err := results.Between(sides[0].records, sides[1].records)
		if err != nil {
			return exit.With(exit.Config, fmt.Errorf("%s and %s cannot be paired: %w", sides[0].name, sides[1].name, err))
		}
		data, err := t.CSV()
		if err != nil {
			return err
		}
		if all[3].Value, err = shell.Objects(data); err != nil {
			return err
		}
	}
	return a.JSON(all)
}

// side is one of two things that are compared.
type side struct {
	name     string
	settings []byte      // the resolved experiment
	records  *record.Set // nil where it was not run
}

// side finds a run, or else an experiment. A run without its settings takes those of the experiment of its name.
func (a *app) side(arg string) (side, error) {
	s := side{name: arg}
	folder, missing := a.findRun(arg)
	if missing == nil {
		if _, err := record.LoadGrid(folder.Records()); err == nil {
			return s, exit.With(exit.Config, fmt.Errorf("%s is a grid, which has no arms of its own: name one of its cells, as in %s", arg, filepath.Join(string(folder), "CELL")))
		}
		a.noteChanged(folder)
		set, err := folder.Load()
		if err != nil {
			return s, exit.With(exit.Data, err)
		}
		s.records = set
		s.settings, err = os.ReadFile(filepath.Join(string(folder), "resolved.toml"))
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return s, exit.With(exit.Data, err)
		}
	}
	e, _, err := open.Experiment(arg, open.Options{})
	switch {
	case errors.Is(err, fs.ErrNotExist) && missing != nil:
		return s, missing
	case err != nil:
		return s, err
	}
	s.settings = e.Resolved()
	return s, nil
}

func orNotSet(value string) string {
	if value == "" {
		return "not set"
	}
	return value
}
