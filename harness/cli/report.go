package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

func (a *app) reportCommand() *cobra.Command {
	var checklist bool
	c := &cobra.Command{
		Use:     "report RUN",
		Short:   "Make the tables, figures and report of a run again from its records",
		Long:    "Reads runs/RUN/records (or the folder RUN) and writes tables, figures, report.md and report.html next to it. For a\ngrid, it writes the grid's tables and figure from the records of the cells. Needs no model and no device.",
		Example: "  congrad report tiny\n  congrad report tiny --checklist",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := a.findRun(args[0])
			if err != nil {
				return err
			}
			debug.SetGCPercent(400) // reads much and ends soon: collecting takes a fifth of the time otherwise
			debug.SetMemoryLimit(reportMemory(folder.Records()))
			if g, err := record.LoadGrid(folder.Records()); err == nil {
				if checklist {
					return exit.With(exit.Config, fmt.Errorf("--checklist: %s is a grid: name one of its cells, as in %s", args[0], cellFolder(folder, *g, 0)))
				}
				return a.reportGrid(folder, *g)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return exit.With(exit.Data, err)
			}
			return a.report(folder, checklist)
		},
	}
	a.WideFlag(c)
	c.Flags().BoolVar(&checklist, "checklist", false, "also write checklist.md: the reproducibility questions of conferences, with the answers that the run knows")
	return c
}

// report makes the tables, figures and report of a run from its records.
func (a *app) report(folder run.Folder, checklist bool) error {
	a.noteChanged(folder)
	set, err := folder.Load()
	if err != nil {
		return exit.With(exit.Data, err)
	}
	out, m, err := listed(folder)
	if err == nil {
		err = render(out, set, m)
	}
	if err == nil {
		err = a.relist(out, m)
	}
	if err != nil {
		return exit.With(exit.Data, err)
	}
	if err := a.printResult(folder); err != nil {
		return err
	}
	if _, err = fmt.Fprintf(a.Err, "report: %s\n", filepath.Join(string(folder), "report.html")); err != nil || !checklist {
		return err
	}
	return a.writeChecklist(out, set)
}

// reportGrid makes the tables and the figure of a grid from the records of its cells.
func (a *app) reportGrid(folder run.Folder, g record.Grid) error {
	a.noteChanged(folder)
	for i := range g.Cells {
		if cell := cellFolder(folder, g, i); cell.HasResults() {
			a.noteChanged(cell)
		}
	}
	out, m, err := listed(folder)
	if err == nil {
		err = renderGrid(out, g)
	}
	if err == nil {
		err = a.relist(out, m)
	}
	return errors.Join(exit.With(exit.Data, err), a.concludeGrid(folder))
}

// listed opens a run's folder for writing, with its manifest; nil if it has none.
func listed(folder run.Folder) (*run.Writer, *run.Manifest, error) {
	m, err := folder.Manifest()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	out, faulty := folder.Writer()
	if err != nil {
		return out, nil, faulty
	}
	return out, &m, faulty
}

// relist keeps the list of a run's files after a report, and says which ones were renamed.
func (a *app) relist(out *run.Writer, m *run.Manifest) error {
	a.noteAside(out)
	if m == nil || maps.Equal(m.Files, out.Files) {
		return nil
	}
	m.Files = out.Files
	return out.WriteManifest(*m)
}

// reportMemory is the heap's size [bytes] from which on a report collects garbage often. A set of records takes about as much as its files.
func reportMemory(records fs.FS) int64 {
	files := int64(0)
	found, _ := fs.Glob(records, "*.jsonl") // of a correct pattern
	for _, name := range found {
		if info, err := fs.Stat(records, name); err == nil { // else reading it fails
			files += info.Size()
		}
	}
	return max(160<<20, 64<<20+files*3/2)
}

// findRun finds a run by name or folder.
func (a *app) findRun(name string) (run.Folder, error) {
	for _, dir := range []string{filepath.Join(a.Runs, name), name} {
		for _, file := range []string{"study.jsonl", "grid.jsonl"} {
			if _, err := os.Stat(filepath.Join(dir, "records", file)); err == nil {
				return run.Folder(dir), nil
			}
		}
	}
	for _, dir := range []string{filepath.Join(a.Runs, name), name} {
		if _, err := os.Stat(filepath.Join(dir, "plan.json")); err == nil {
			return "", exit.With(exit.Config, fmt.Errorf("%s has no records yet: it was stopped, it failed, or it is still running (congrad run continues it)", dir))
		}
	}
	for _, dir := range []string{filepath.Join(a.Runs, name), name} {
		if stat, err := os.Stat(dir); err == nil && name != "" {
			what := "a file, not the folder of a run"
			if stat.IsDir() {
				what = "a folder without a plan or records: no run was made in it"
			}
			return "", exit.With(exit.Config, fmt.Errorf("%s: is %s (congrad ls runs)", dir, what))
		}
	}
	if slices.Contains(open.Shipped(), name) {
		return "", exit.With(exit.Config, fmt.Errorf("%s was not run yet under %s (congrad run %s)", name, a.Runs, name))
	}
	return "", exit.With(exit.Config, fmt.Errorf("%q: no run of this name with records%s (congrad ls runs)", name, suggest.DidYouMean(name, a.finishedRuns())))
}

// finishedRuns lists the runs that have records.
func (a *app) finishedRuns() []string {
	found, _ := filepath.Glob(filepath.Join(a.Runs, "*", "records", "study.jsonl"))
	grids, _ := filepath.Glob(filepath.Join(a.Runs, "*", "records", "grid.jsonl"))
	var names []string
	for _, f := range append(found, grids...) {
		names = append(names, filepath.Base(filepath.Dir(filepath.Dir(f))))
	}
	return names
}

// printResult prints the answers to a run's claims and its main table, or, where nothing was evaluated, what its scoring was worth.
func (a *app) printResult(folder run.Folder) error {
	if err := a.printTable(folder, "claims"); err == nil {
		fmt.Fprintln(a.Out)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := a.printTable(folder, "main"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := a.printTable(folder, "fidelity"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// printTable prints one of a run's tables.
func (a *app) printTable(folder run.Folder, name string) error {
	data, err := os.ReadFile(filepath.Join(string(folder), "tables", name+".txt"))
	if err != nil {
		return err
	}
	return a.Table(string(data))
}
