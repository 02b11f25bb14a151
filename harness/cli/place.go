package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"congrad/harness/run"
)

// place finds where a run is written, and says so where that is not the folder of its name.
func (a *app) place(base run.Folder, id run.Identity) (run.Place, error) {
	p, err := run.PlaceOf(base, id)
	if err == nil && p.Other != "" {
		a.notePlace(base, p)
	}
	return p, err
}

// notePlace says what is in the folder of a run's name and what becomes of it.
func (a *app) notePlace(base run.Folder, p run.Place) {
	fmt.Fprintf(a.Err, "%s holds the results of another experiment of this name (%s)\n", base, p.Other)
	if p.Folder == p.Final {
		fmt.Fprintf(a.Err, "the run of this one is %s\n", p.Folder)
	} else {
		fmt.Fprintf(a.Err, "they stay until this run is complete, and are then moved to %s; until then this run is %s\n", base.Free(), p.Folder)
	}
}

// settle gives a complete run the folder of its name, and returns it.
func (a *app) settle(p run.Place) (run.Folder, error) {
	moved, err := p.Settle()
	if moved != "" {
		fmt.Fprintf(a.Err, "the earlier results of %s were moved to %s\n", filepath.Base(string(p.Final)), moved)
	}
	return p.Final, err
}

// noteAside says which files a run renamed because it had not written them.
func (a *app) noteAside(w *run.Writer) {
	const most = 3
	for i, name := range w.Aside {
		if i == most {
			fmt.Fprintf(a.Err, "so are %d more files of %s\n", len(w.Aside)-most, w.Folder)
			break
		}
		path := filepath.Join(string(w.Folder), filepath.FromSlash(name))
		fmt.Fprintf(a.Err, "%s was not written by this run, or was changed since; it is kept as %s\n", path[:strings.LastIndex(path, "~")], filepath.Base(path))
	}
	w.Aside = nil
}

// noteChanged warns of files of a run that are not those that were written: its records, and others that are named.
func (a *app) noteChanged(folder run.Folder, others ...string) {
	m, err := folder.Manifest()
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s has no manifest, so nothing tells whether its records are as they were written", folder)
	}
	if err != nil {
		fmt.Fprintf(a.Err, "warning: %v\n", err)
		return
	}
	for _, below := range append([]string{"records/"}, others...) {
		changed, err := folder.Changed(m, below)
		if err != nil {
			fmt.Fprintf(a.Err, "warning: %v\n", err)
		}
		for _, name := range changed {
			fmt.Fprintf(a.Err, "warning: %s is missing, or not the file that was written (congrad verify %s)\n", filepath.Join(string(folder), filepath.FromSlash(name)), folder)
		}
	}
}
