package run

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"congrad/harness/stage"
)

// written are the files and folders of a run that Prepare, Finish and a report leave.
var written = []string{"experiment.toml", "resolved.toml", "plan.json", "records", "tables", "figures", "report.md", "report.html"}

// Written hashes all that a finished run left in its folder: SHA-256 by path, with slashes. The manifest, the log and what other verbs
// leave there are not part of it.
func (f Folder) Written() (map[string]string, error) {
	sums := map[string]string{}
	for _, name := range written {
		err := filepath.WalkDir(f.path(name), func(path string, e fs.DirEntry, err error) error {
			if path == f.path(name) && errors.Is(err, fs.ErrNotExist) {
				return nil // a run without figures, say
			}
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			below, err := filepath.Rel(string(f), path)
			sum := sha256.Sum256(data)
			sums[filepath.ToSlash(below)] = hex.EncodeToString(sum[:])
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// AsWritten reports whether a program's finished run of this plan stands in the folder as the manifest says: no file is missing,
// changed or left from elsewhere.
func (f Folder) AsWritten(m Manifest, program string) bool {
	if m.Outcome != Finished || program == "" || m.Program != program || len(m.Files) == 0 {
		return false
	}
	now, err := f.Written()
	return err == nil && maps.Equal(now, m.Files)
}

// Holds reports whether the folder's plan.json lists these stages, in their order.
func (f Folder) Holds(p *Plan) bool {
	there, err := stage.ReadPlan(f.path("plan.json"))
	if err != nil || !slices.EqualFunc(there.Stages, p.Stages, func(a, b *stage.Stage) bool { return a.Key == b.Key }) {
		return false
	}
	experiment, err1 := os.ReadFile(f.path("experiment.toml"))
	resolved, err2 := os.ReadFile(f.path("resolved.toml"))
	return err1 == nil && err2 == nil && slices.Equal(experiment, p.Experiment.Source) && slices.Equal(resolved, p.Experiment.Resolved())
}
