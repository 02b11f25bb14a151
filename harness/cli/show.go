package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/cli/shell"
	"congrad/harness/exit"
	"congrad/harness/run"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

func (a *app) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "show RUN [TABLE]",
		Short:   "Print the tables of a finished run",
		Long:    "Prints runs/RUN/tables/TABLE.txt, or all of its tables, the main one first. It computes nothing; congrad report\nmakes them again.",
		Example: "  congrad show tiny\n  congrad show tiny lengths",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := a.findRun(args[0])
			if err != nil {
				return err
			}
			found, _ := filepath.Glob(filepath.Join(string(folder), "tables", "*.txt")) // a name with a bracket finds nothing
			var names []string
			for _, f := range found {
				names = append(names, strings.TrimSuffix(filepath.Base(f), ".txt"))
			}
			if len(names) == 0 {
				return exit.With(exit.Data, fmt.Errorf("%s has records but no tables (congrad report %s makes them)", folder, args[0]))
			}
			if at := slices.Index(names, "main"); at > 0 {
				names = slices.Insert(slices.Delete(names, at, at+1), 0, "main")
			}
			if len(args) == 2 {
				if !slices.Contains(names, args[1]) {
					return exit.With(exit.Config, fmt.Errorf("%q: %s has no such table%s (%s)", args[1], folder, suggest.DidYouMean(args[1], names), strings.Join(names, ", ")))
				}
				names = args[1:]
			}
			var tables []string
			for _, name := range names {
				tables = append(tables, "tables/"+name+".txt")
			}
			a.noteChanged(folder, tables...)
			if asJSON {
				return a.showJSON(folder, names)
			}
			for i, name := range names {
				if i > 0 {
					fmt.Fprintln(a.Out)
				}
				if err := a.printTable(folder, name); err != nil {
					return exit.With(exit.Data, err)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: an object with a list of rows for every table")
	a.WideFlag(c)
	return c
}

// showJSON prints tables as JSON: for each its rows, with the columns of its CSV.
func (a *app) showJSON(folder run.Folder, names []string) error {
	all := shell.Object{}
	for _, name := range names {
		file := filepath.Join(string(folder), "tables", name+".csv")
		data, err := os.ReadFile(file)
		if err != nil {
			return exit.With(exit.Data, err)
		}
		rows, err := shell.Objects(data)
		if err != nil {
			return exit.With(exit.Data, fmt.Errorf("%s: is not the table that was written: %w (congrad report makes it again)", file, err))
		}
		all = append(all, shell.Field{Key: name, Value: rows})
	}
	return a.JSON(all)
}
