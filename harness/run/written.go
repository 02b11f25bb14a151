package run

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"congrad/harness/stage"
)

// Changed lists the files on the manifest's list that are missing or are not as they were written, sorted: those whose path begins
// with below.
func (f Folder) Changed(m Manifest, below string) ([]string, error) {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if !strings.HasPrefix(name, below) {
			continue
		}
		data, err := os.ReadFile(f.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || Hash(data) != m.Files[name] {
			list = append(list, name)
		}
	}
	return list, nil
}

// AsWritten reports whether a program's finished run of this plan is in the folder as the manifest says: no file is missing or changed.
func (f Folder) AsWritten(m Manifest, program string) bool {
	if m.Outcome != Finished || program == "" || m.Program != program || len(m.Files) == 0 {
		return false
	}
	changed, err := f.Changed(m, "")
	return err == nil && len(changed) == 0
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
