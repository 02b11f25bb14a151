package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/results"
)

// reopened is the experiment of a planned run, as its folder has it. Where that is a cell of a grid, it is the cell's.
func reopened(folder run.Folder) (*config.Experiment, *open.Surroundings, error) {
	source, err := os.ReadFile(filepath.Join(string(folder), "experiment.toml"))
	if err != nil {
		return nil, nil, err
	}
	resolved, err := os.ReadFile(filepath.Join(string(folder), "resolved.toml"))
	if err != nil {
		return nil, nil, err
	}
	o, err := optionsOf(config.Changes(resolved))
	if err != nil {
		return nil, nil, err
	}
	e, s, err := open.Parse(filepath.Join(string(folder), "experiment.toml"), source, o)
	if err != nil || e.Grid == nil {
		return e, s, err
	}
	name := filepath.Base(string(folder))
	at := slices.IndexFunc(e.Grid.Cells, func(c config.Cell) bool { return c.Name == name })
	if at < 0 {
		return nil, nil, fmt.Errorf("the grid %s has no cell %s", e.Name, name)
	}
	return e.Grid.Cells[at].Experiment, s, nil
}

// optionsOf are the flags of a command line that changed an experiment.
func optionsOf(changes []string) (o open.Options, err error) {
	for _, change := range changes {
		flag, value, _ := strings.Cut(change, " ")
		switch flag {
		case "--set":
			o.Sets = append(o.Sets, value)
		case "--seeds":
			o.Seeds = value
		case "--limit":
			o.Limit, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("resolved.toml names an unknown change %q", change)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

// errOtherStages says that a run cannot be made again from the store.
var errOtherStages = errors.New("this version of congrad, or the data as it is now, makes other stages of its experiment")

// remade are the files of a run as the store makes them: records, tables, figures and report. No device is started: what computed the
// stages is in the plan.
func (a *app) remade(p planned, m run.Manifest, st *store.Store) (map[string][]byte, error) {
	folder := run.Folder(p.folder)
	e, s, err := reopened(folder)
	if err != nil {
		return nil, err
	}
	w, err := a.lookAt(e, s, device.Info{})
	if err != nil {
		return nil, err
	}
	for _, x := range p.Stages {
		if x.Device != "" {
			w.bench.Device = x.Device
		}
	}
	w.bench.Backend = device.Info{Name: m.Device["backend"], Plugin: device.Plugin{Name: m.Device["plugin"]}}.String()
	plan, err := run.NewPlan(e, w.bench, s.Tasks)
	if err != nil {
		return nil, err
	}
	if there, found := run.Belonging(folder, plan.Identity()); !found || there != folder {
		return nil, errOtherStages
	}
	set, err := plan.Records(st, w.bench, s.Languages)
	if err != nil {
		return nil, err
	}
	return filesOf(set, m)
}

// filesOf are the files that a run's records become.
func filesOf(set *record.Set, m run.Manifest) (map[string][]byte, error) {
	records, err := set.Files()
	if err != nil {
		return nil, err
	}
	rendered, err := results.Render(set)
	if err != nil {
		return nil, err
	}
	cost, err := costTable(set, m)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, data := range records {
		files["records/"+name] = data
	}
	for _, f := range append(rendered, cost...) {
		files[f.Path] = f.Data
	}
	return files, nil
}
