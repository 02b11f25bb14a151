package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/results"

	"github.com/spf13/cobra"
)

func (a *app) compareCommand() *cobra.Command {
	var group string
	var measures []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "compare RUN...",
		Short: "Set several runs side by side: the settings that differ, and the results of all arms",
		Long: "Prints the settings in which the runs differ, and a table with every arm of every run. Runs are not paired: congrad diff\n" +
			"compares two runs on the same prompts and seeds.",
		Example: "  congrad compare tiny tiny-1 tiny-all\n  congrad compare tiny tiny-1 --group seen --measure win-rate,exact",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := eachOf("measure", measures, results.PaperMeasures()); err != nil {
				return exit.With(exit.Config, err)
			}
			var runs []results.Compared
			var settings [][]byte
			for _, name := range args {
				set, _, err := a.recordsOf(name)
				if err != nil {
					return err
				}
				folder, err := a.findRun(name)
				if err != nil {
					return err
				}
				resolved, err := os.ReadFile(filepath.Join(string(folder), "resolved.toml"))
				if err != nil {
					resolved = nil // copied records have none
				}
				runs, settings = append(runs, results.Compared{Name: name, Records: set}), append(settings, resolved)
			}
			t, err := results.Compare(runs, group, measures)
			if err != nil {
				return exit.With(exit.Config, fmt.Errorf("compare: %w (--group takes seen, unseen, under-represented, all or a language's code)", err))
			}
			rows, err := differing(args, settings)
			if err != nil {
				return exit.With(exit.Data, err)
			}
			if asJSON {
				data, err := t.CSV()
				if err != nil {
					return err
				}
				list, err := shell.Objects(data)
				if err != nil {
					return err
				}
				return a.JSON(list)
			}
			if err := a.Columns(rows, false); err != nil {
				return err
			}
			text, err := t.Plain()
			if err != nil {
				return err
			}
			return a.Table("\n" + string(text))
		},
	}
	c.Flags().StringVar(&group, "group", "all", "languages: seen, unseen, under-represented, all, or a language's code")
	c.Flags().StringSliceVar(&measures, "measure", []string{"win-rate", "exact"}, "measures, with commas between them (congrad table --help lists them)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	a.WideFlag(c)
	return c
}

// differing are the settings in which runs differ from the first, a column for each run.
func differing(names []string, settings [][]byte) ([][]string, error) {
	values := map[string][]string{}
	var keys []string
	for i := 1; i < len(settings); i++ {
		if settings[0] == nil || settings[i] == nil {
			continue
		}
		list, err := config.Differences(settings[0], settings[i])
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if values[d.Key] == nil {
				keys = append(keys, d.Key)
				values[d.Key] = slices.Repeat([]string{orNotSet(d.A)}, len(names))
			}
			values[d.Key][i] = orNotSet(d.B)
		}
	}
	if len(keys) == 0 {
		return [][]string{{"The settings are the same."}}, nil
	}
	slices.Sort(keys)
	rows := [][]string{append([]string{"setting"}, names...)}
	for _, key := range keys {
		rows = append(rows, append([]string{key}, values[key]...))
	}
	return rows, nil
}
