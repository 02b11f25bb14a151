package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/exit"
	"congrad/harness/store"
	"congrad/harness/suggest"
	"congrad/results"
	"congrad/results/table"

	"github.com/spf13/cobra"
)

func (a *app) tableCommand() *cobra.Command {
	var p results.Paper
	var o paperOut
	c := &cobra.Command{
		Use:   "table RUN",
		Short: "Print a table of a run for a paper",
		Long: "Sets arms against languages, or against groups of languages, and prints LaTeX (booktabs) that fits one or two columns of\n" +
			"a page in the style of the ACL: it is never scaled; type has 10 or 9 points, and a table that is too wide is cut into\n" +
			"panels. Names in other scripts are transliterated. Measures: " + strings.Join(results.PaperMeasures(), ", ") + ".",
		Example: "  congrad table tiny\n  congrad table tiny --rows language --cols arm --measure exact --percent --bold-best\n" +
			"  congrad table tiny --cols group --measure win-rate,win-rate-minus-reference --ci half --columns 2",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkPaper(p, o); err != nil {
				return exit.With(exit.Config, err)
			}
			set, _, err := a.recordsOf(args[0])
			if err != nil {
				return err
			}
			t, err := results.PaperTable(set, p)
			if err != nil {
				return exit.With(exit.Config, fmt.Errorf("table %s: %w", args[0], err))
			}
			return a.writePaper(t, o)
		},
	}
	c.Flags().StringVar(&p.Rows, "rows", "arm", "what rows are: "+strings.Join(results.PaperSides(), ", "))
	c.Flags().StringVar(&p.Columns, "cols", "language", "what columns are: "+strings.Join(results.PaperSides(), ", "))
	c.Flags().StringSliceVar(&p.Measures, "measure", []string{"win-rate"}, "measures, with commas between them")
	c.Flags().StringVar(&p.Task, "task", "", "task of accuracy, exact-match and bits-per-byte (default all tasks together)")
	c.Flags().StringSliceVar(&p.Arms, "arms", nil, "arms, with commas between them (default all)")
	c.Flags().StringVar(&p.Interval, "ci", "half", "95 % intervals: none, half (their half width) or full (both ends)")
	c.Flags().BoolVar(&p.Percent, "percent", false, "shares as percentages")
	c.Flags().BoolVar(&p.Best, "bold-best", false, "set the best of each column in bold; of each row, where columns are arms")
	c.Flags().IntVar(&o.columns, "columns", 1, "columns of the page that the table is wide: 1 or 2")
	c.Flags().StringVar(&o.format, "format", "latex", strings.Join(paperFormats(), ", "))
	c.Flags().StringVar(&o.file, "out", "", "write the table to this file instead of standard output")
	a.WideFlag(c)
	return c
}

// paperOut is how a table is written.
type paperOut struct {
	format, file string
	columns      int // of the page
}

func paperFormats() []string { return []string{"latex", "text", "markdown", "csv"} }

// oneOf reports a value of a flag that is not among the words it takes.
func oneOf(flag, value string, among []string) error {
	if slices.Contains(among, value) {
		return nil
	}
	return fmt.Errorf("--%s %q: want %s%s", flag, value, strings.Join(among, ", "), suggest.DidYouMean(value, among))
}

// eachOf is oneOf for a flag that takes several values.
func eachOf(flag string, values, among []string) error {
	for _, v := range values {
		if err := oneOf(flag, v, among); err != nil {
			return err
		}
	}
	return nil
}

// checkPaper checks the words of the flags.
func checkPaper(p results.Paper, o paperOut) error {
	for _, err := range []error{
		oneOf("rows", p.Rows, results.PaperSides()), oneOf("cols", p.Columns, results.PaperSides()), oneOf("ci", p.Interval, results.PaperIntervals()), oneOf("format", o.format, paperFormats()), eachOf("measure", p.Measures, results.PaperMeasures()),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case len(p.Measures) == 0:
		return errors.New(`--measure "": name at least one measure (congrad table --help)`)
	case (p.Rows == "arm") == (p.Columns == "arm"):
		return fmt.Errorf("--rows %s --cols %s: one of them must be arm, the other language or group", p.Rows, p.Columns)
	case o.columns != 1 && o.columns != 2:
		return fmt.Errorf("--columns %d: a page has 1 or 2 columns", o.columns)
	}
	return nil
}

// writePaper writes a table in one of the formats.
func (a *app) writePaper(t table.Table, o paperOut) (err error) {
	var text []byte
	switch o.format {
	case "latex":
		if text, err = t.LaTeXWithin(o.columns); err != nil {
			wider := "--columns 2, "
			if o.columns == 2 {
				wider = ""
			}
			return exit.With(exit.Config, fmt.Errorf("table: %w (%s--ci none, --percent, or fewer --arms make it narrower)", err, wider))
		}
	case "markdown":
		text, err = t.Markdown()
	case "csv":
		text, err = t.CSV()
	default:
		if text, err = t.Plain(); err == nil && o.file == "" {
			return a.Table(string(text))
		}
	}
	switch {
	case err != nil:
		return err
	case o.file == "":
		_, err = a.Out.Write(text)
		return err
	}
	if stat, err := os.Stat(o.file); err == nil && stat.IsDir() {
		return exit.With(exit.Config, fmt.Errorf("--out %s: is a folder; name a file in it, as in --out %s", o.file, filepath.Join(o.file, "table.tex")))
	}
	if err := store.WriteFile(o.file, text); err != nil {
		return exit.With(exit.Config, fmt.Errorf("--out: %w", err))
	}
	return nil
}
