package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"congrad/harness/cli/progress"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results"
)

// runGrid runs the cells of a grid one after the other, each in a folder below the grid's, and reports over them. All cells
// use one store, so what they have in common is done once; a stopped grid goes on in the cell where it stopped.
func (a *app) runGrid(ctx context.Context, e *config.Experiment, s *open.Surroundings, w *workplace, again string, how manner) error {
	plans := make([]*run.Plan, len(e.Grid.Cells))
	for i, c := range e.Grid.Cells {
		var err error
		if plans[i], err = run.NewPlan(c.Experiment, w.bench, s.Tasks); err != nil {
			return exit.With(exit.Config, fmt.Errorf("cell %s: %w", c.Name, err))
		}
	}
	if how.dry {
		return a.printPlan(e, run.Union(plans), w.store)
	}
	for i, p := range plans {
		if err := p.Reckon(w.bench); err != nil {
			return exit.With(exit.Data, fmt.Errorf("cell %s: %w", e.Grid.Cells[i].Name, err))
		}
	}
	release, err := a.holdRun(ctx, e, w)
	if err != nil {
		return err
	}
	defer release()
	place, err := a.place(a.folder(e), run.GridIdentity(e, plans))
	if err != nil {
		return err
	}
	g := gridRecord(e)
	out, cells, err := prepareGrid(place.Folder, e, plans, g)
	if err != nil {
		return err
	}
	if err := w.tend(place.Final, run.Union(plans), a.Err); err != nil {
		return err
	}
	if how.prepare {
		var faults []error
		for i, p := range plans {
			faults = append(faults, cells[i].Prepare(p))
		}
		return errors.Join(append(faults, a.printPlan(e, run.Union(plans), w.store))...)
	}
	m := newManifest(e, w)
	m.Command = again
	how.label(&m, manifestBefore(out.Folder))
	m.Seconds = map[string]float64{}
	var total progress.Tally
	started := time.Now()
	for i, c := range e.Grid.Cells {
		fmt.Fprintf(a.Err, "cell %d of %d: %s\n", i+1, len(plans), c.Name)
		r, err := a.execute(ctx, cells[i], plans[i], s, w, again, how)
		if err != nil {
			m.Finished, m.Outcome = time.Now().UTC(), "failed in cell "+c.Name
			if errors.Is(err, context.Canceled) {
				m.Outcome = "stopped in cell " + c.Name
			}
			m.Files = out.Files
			return errors.Join(err, out.WriteManifest(m))
		}
		total.Ran, total.Reused = total.Ran+r.Ran, total.Reused+r.Reused
		for kind, seconds := range r.Seconds {
			m.Seconds[kind] += seconds
		}
	}
	if err := renderGrid(out, g); err != nil {
		return err
	}
	a.noteAside(out)
	m.Finished, m.Reused, m.Ran, m.Outcome, m.Files = time.Now().UTC(), total.Reused, total.Ran, run.Finished, out.Files
	if err := out.WriteManifest(m); err != nil {
		return err
	}
	folder, err := a.settle(place)
	if err != nil {
		return err
	}
	if err := a.concludeGrid(folder); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Err, "%d stages run, %d taken from the store, %s\n", total.Ran, total.Reused, time.Since(started).Round(time.Second))
	return err
}

// prepareGrid opens the folders of a grid and its cells for writing, and writes what is known before anything runs.
func prepareGrid(folder run.Folder, e *config.Experiment, plans []*run.Plan, g record.Grid) (out *run.Writer, cells []*run.Writer, err error) {
	if out, err = folder.Writer(); err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	for i := range plans {
		cell, err := cellFolder(folder, g, i).Writer()
		if err != nil {
			return nil, nil, exit.With(exit.Data, err)
		}
		cells = append(cells, cell)
	}
	return out, cells, out.PrepareGrid(e, plans, g)
}

// gridRecord describes a grid for its reports.
func gridRecord(e *config.Experiment) record.Grid {
	g := record.Grid{
		Name: e.Name, Title: e.Title, Partial: strings.Join(e.Partial, " "),
		Rows:    record.Axis{Key: e.Grid.Rows.Key, Values: e.Grid.Rows.Words()},
		Columns: record.Axis{Key: e.Grid.Columns.Key, Values: e.Grid.Columns.Words()},
	}
	for _, c := range e.Grid.Cells {
		g.Cells = append(g.Cells, record.Cell{Row: c.Row, Column: c.Column, Folder: c.Name})
	}
	return g
}

func cellFolder(folder run.Folder, g record.Grid, i int) run.Folder {
	return run.Folder(filepath.Join(string(folder), g.Cells[i].Folder))
}

// renderGrid writes a grid's tables and figure from the records of those cells that have some.
func renderGrid(out *run.Writer, g record.Grid) error {
	sets := make([]*record.Set, len(g.Cells))
	for i, c := range g.Cells {
		set, err := cellFolder(out.Folder, g, i).Load()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return exit.With(exit.Data, fmt.Errorf("cell %s: %w", c.Folder, err))
		}
		if err == nil {
			sets[i] = set
		}
	}
	files, err := results.RenderGrid(g, sets)
	if err != nil {
		return fmt.Errorf("writing tables and figures: %w", err)
	}
	return write(out, files)
}

// concludeGrid prints a grid's tables and where the figure is.
func (a *app) concludeGrid(folder run.Folder) error {
	for i, name := range []string{"grid", "observed"} {
		if i > 0 {
			fmt.Fprintln(a.Out)
		}
		if err := a.printTable(folder, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	_, err := fmt.Fprintf(a.Err, "figure: %s; each cell has its own report in %s\n", filepath.Join(string(folder), "figures", "heat-map.svg"), filepath.Join(string(folder), "*"))
	return err
}
