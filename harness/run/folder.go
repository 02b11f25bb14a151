package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Folder is where a run's files stand, runs/<experiment>.
type Folder string

// Prepare writes what is known before anything runs: the experiment as written and resolved, and the plan. What another
// plan left in the folder goes, so that no table of it is ever read as one of this run's.
func (f Folder) Prepare(p *Plan) error {
	resolved := p.Experiment.Resolved()
	if err := f.writePlan(stage.Plan{Experiment: string(resolved), Stages: p.Stages}); err != nil {
		return err
	}
	return errors.Join(
		store.WriteFile(f.path("experiment.toml"), p.Experiment.Source),
		store.WriteFile(f.path("resolved.toml"), resolved),
	)
}

// PrepareGrid writes what is known of a grid before anything runs: the experiment as written, the stages of all cells, and
// what the cells are. What another plan left in the folder goes; the cells see to theirs.
func (f Folder) PrepareGrid(e *config.Experiment, plans []*Plan, g record.Grid) error {
	if err := f.writePlan(stage.Plan{Stages: Union(plans)}); err != nil {
		return err
	}
	file, err := g.File()
	return errors.Join(err, store.WriteFile(f.path("experiment.toml"), e.Source), f.Write("records/grid.jsonl", file))
}

// writePlan writes plan.json and removes what another plan left.
func (f Folder) writePlan(p stage.Plan) error {
	plan, err := p.Marshal()
	if err != nil {
		return err
	}
	if there, err := os.ReadFile(f.path("plan.json")); err == nil && !bytes.Equal(there, plan) {
		for _, name := range []string{"records", "tables", "figures", "report.md", "report.html", "checklist.md", "manifest.json"} {
			if err := os.RemoveAll(f.path(name)); err != nil {
				return fmt.Errorf("removing the files of an earlier plan: %w", err)
			}
		}
	}
	return store.WriteFile(f.path("plan.json"), plan)
}

// Finish does the stages of the plan and writes its records. It returns them for reporting.
func (f Folder) Finish(ctx context.Context, p *Plan, x *stage.Executor, b *bench.Bench, languages lang.Table) (*record.Set, error) {
	x.Work = Workshop(b, p.Experiment)
	if err := x.Run(ctx, p.Stages); err != nil {
		return nil, err
	}
	set, err := p.Records(x.Store, b, languages)
	if err != nil {
		return nil, fmt.Errorf("collecting the records: %w", err)
	}
	files, err := set.Files()
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		if err := f.Write(filepath.Join("records", name), data); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// Write writes a file of the run, unless it is there already with these bytes.
func (f Folder) Write(name string, data []byte) error {
	if there, err := os.ReadFile(f.path(name)); err == nil && string(there) == string(data) {
		return nil
	}
	return store.WriteFile(f.path(name), data)
}

// Records are the run's records.
func (f Folder) Records() fs.FS { return os.DirFS(f.path("records")) }

// Load reads the run's records.
func (f Folder) Load() (*record.Set, error) {
	set, err := record.Load(f.Records())
	if err != nil {
		return nil, fmt.Errorf("%s: %w (congrad run makes the records again)", f.path("records"), err)
	}
	return set, nil
}

// Replace writes rendered files, and removes the tables and figures of an earlier rendering that are not among them.
func (f Folder) Replace(files map[string][]byte) error {
	for name, data := range files {
		if err := f.Write(name, data); err != nil {
			return err
		}
	}
	for _, folder := range []string{"tables", "figures"} {
		entries, err := os.ReadDir(f.path(folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("looking for old %s: %w", folder, err)
		}
		for _, e := range entries {
			if files[folder+"/"+e.Name()] != nil {
				continue
			}
			if err := os.RemoveAll(filepath.Join(f.path(folder), e.Name())); err != nil {
				return fmt.Errorf("removing outdated files: %w", err)
			}
		}
	}
	return nil
}

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }
