package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Writer writes the files of a run and keeps the list of them, which the manifest holds. A file that is not on the list, or that was
// changed since it was listed, belongs to the user: it is never removed, and where the run writes a file of this name it is renamed.
type Writer struct {
	Folder
	Files map[string]string // SHA-256 by path, with slashes
	Aside []string          // paths of files that were renamed, as they are now

	written map[string]bool // by this Writer
}

// Writer opens the folder for writing. It refuses symbolic links in the place of the run's own folders: what lies behind them is not
// the run's.
func (f Folder) Writer() (*Writer, error) {
	for _, name := range []string{"records", "tables", "figures"} {
		switch stat, err := os.Lstat(f.path(name)); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case stat.Mode()&fs.ModeSymlink != 0:
			return nil, fmt.Errorf("%s is a symbolic link; congrad writes only into a folder of the run's own: remove the link, or link the whole folder %s instead", f.path(name), f)
		case !stat.IsDir():
			return nil, fmt.Errorf("%s is not a folder; the run has to write one there: move it away", f.path(name))
		}
	}
	w := &Writer{Folder: f, Files: map[string]string{}, written: map[string]bool{}}
	if m, err := f.Manifest(); err == nil { // without a list, nothing that is there is known to be the run's
		maps.Copy(w.Files, m.Files)
	}
	return w, nil
}

// Write writes a file of the run, unless it is there already with these bytes.
func (w *Writer) Write(name string, data []byte) error {
	sum := Hash(data)
	w.written[name] = true
	stat, err := os.Lstat(w.path(name))
	if err == nil {
		there, err := os.ReadFile(w.path(name))
		switch {
		case err == nil && string(there) == string(data):
			w.Files[name] = sum
			return nil
		case err != nil || !stat.Mode().IsRegular() || Hash(there) != w.Files[name]:
			if err := w.setAside(name); err != nil {
				return err
			}
		}
	}
	w.Files[name] = sum
	return store.WriteFile(w.path(name), data)
}

// setAside renames a file that the run did not write.
func (w *Writer) setAside(name string) error {
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s~%d", name, n)
		if _, err := os.Lstat(w.path(to)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := store.Move(w.path(name), w.path(to)); err != nil {
			return fmt.Errorf("making room for %s: %w", w.path(name), err)
		}
		w.Aside = append(w.Aside, to)
		return nil
	}
}

// Prune removes what is listed below some folder and was not written by this Writer: the tables of an earlier rendering, say. The empty
// name is all of the run.
func (w *Writer) Prune(below string) error {
	for _, name := range slices.Sorted(maps.Keys(w.Files)) {
		if w.written[name] || !strings.HasPrefix(name, below) {
			continue
		}
		there, err := os.ReadFile(w.path(name))
		if err == nil && Hash(there) == w.Files[name] {
			if err := os.Remove(w.path(name)); err != nil {
				return fmt.Errorf("removing an outdated file: %w", err)
			}
		}
		delete(w.Files, name) // a changed one is the user's now
	}
	return nil
}

// Prepare writes what is known before anything runs: the experiment as written and resolved, and the plan.
func (w *Writer) Prepare(p *Plan) error {
	resolved := p.Experiment.Resolved()
	plan, err := stage.Plan{Experiment: string(resolved), Stages: p.Stages}.Marshal()
	if err != nil {
		return err
	}
	return errors.Join(w.Write("plan.json", plan), w.Write("experiment.toml", p.Experiment.Source), w.Write("resolved.toml", resolved))
}

// PrepareGrid writes what is known of a grid before anything runs: the experiment as written, the stages of all cells, and
// what the cells are.
func (w *Writer) PrepareGrid(e *config.Experiment, plans []*Plan, g record.Grid) error {
	plan, err := stage.Plan{Stages: Union(plans)}.Marshal()
	if err != nil {
		return err
	}
	file, err := g.File()
	return errors.Join(err, w.Write("plan.json", plan), w.Write("experiment.toml", e.Source), w.Write("records/grid.jsonl", file))
}

// Finish does the stages of the plan and writes its records. It returns them for reporting.
func (w *Writer) Finish(ctx context.Context, p *Plan, x *stage.Executor, b *bench.Bench, languages lang.Table) (*record.Set, error) {
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
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.Write("records/"+name, files[name]); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// Hash is the SHA-256 of a file, as manifests list it.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
