package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"congrad/harness/stage"
)

// planned is a run's plan.
type planned struct {
	folder string
	*stage.Plan
	keys []string
}

// plans are those of all runs under the folder of runs, however deep: a run may have been moved into another folder. A run's folder may be a
// link. Plans that cannot be read are an error, next to those that can.
func (a *app) plans() ([]planned, error) {
	entries, err := os.ReadDir(a.Runs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []planned
	var faults []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue // the store
		}
		top := filepath.Join(a.Runs, e.Name())
		real, err := filepath.EvalSymlinks(top)
		if err != nil {
			continue // a link to nothing
		}
		err = filepath.WalkDir(real, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() != "plan.json" {
				return err
			}
			path = filepath.Join(top, strings.TrimPrefix(path, real)) // in the user's words
			plan, err := stage.ReadPlan(path)
			if err != nil {
				faults = append(faults, err)
				return nil
			}
			p := planned{folder: filepath.Dir(path), Plan: plan}
			for _, s := range plan.Stages {
				p.keys = append(p.keys, string(s.Key))
			}
			list = append(list, p)
			return nil
		})
		faults = append(faults, err)
	}
	return list, errors.Join(faults...)
}
