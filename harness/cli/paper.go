package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/config"
	"congrad/harness/hub"
	"congrad/harness/paper"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results/outcome"
)

// known gathers what is known of a run, whose settings and manifest may be missing.
func known(folder run.Folder, set *record.Set) (paper.Run, error) {
	s, err := outcome.New(set)
	if err != nil {
		return paper.Run{}, fmt.Errorf("the records cannot be reported: %w", err)
	}
	r := paper.Run{Set: set, Study: s}
	resolved, err := os.ReadFile(filepath.Join(string(folder), "resolved.toml"))
	if err == nil {
		if r.Settings, err = config.ReadOrigins(resolved); err != nil {
			err = fmt.Errorf("%s: %w", filepath.Join(string(folder), "resolved.toml"), err)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	m, err := readManifest(string(folder))
	switch {
	case err == nil:
		r.Manifest = &m
	case !errors.Is(err, fs.ErrNotExist):
		return r, fmt.Errorf("%s: %w", filepath.Join(string(folder), "manifest.json"), err)
	}
	return r, nil
}

// card gathers what is known of a policy that is exported, but for which of an arm's it is.
func (a *app) card(arg, arm string, x exported, plan *run.Plan, env *run.Env) (paper.Card, error) {
	e := plan.Experiment
	c := paper.Card{
		Experiment: e, Arm: *e.FindArm(arm), DType: x.dtype, Licence: licence(e.Model), Run: a.again(arg, x.options), Export: a.exporting(arg, arm, x),
	}
	c.BaseID, c.Revision = hubModel(e.Model)
	c.Commit, c.Dirty = commit()
	var err error
	if c.Base, err = env.Base.Hash(); err != nil {
		return c, failing(exitData, err)
	}
	folder := a.folder(e)
	set, err := finished(folder, plan)
	if set == nil || err != nil {
		return c, failing(exitData, err)
	}
	r, err := known(folder, set)
	c.Known = &r
	return c, failing(exitData, err)
}

// exporting is the command that exports, with the folder's own name in place of its path.
func (a *app) exporting(arg, arm string, x exported) string {
	words := []string{"congrad", "export", arg, arm, "--out", filepath.Base(x.out)}
	if x.seed >= 0 {
		words = append(words, "--seed", fmt.Sprint(x.seed))
	}
	if x.iteration != 0 {
		words = append(words, "--iteration", fmt.Sprint(x.iteration))
	}
	if x.dtype != "float32" {
		words = append(words, "--dtype", x.dtype)
	}
	return a.command(words, x.options)
}

// finished are the records of a folder, if they are those of the plan; nil where it has none, or another plan's.
func finished(folder run.Folder, plan *run.Plan) (*record.Set, error) {
	keys, err := run.PlannedKeys(filepath.Join(string(folder), "plan.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(keys, plan.Stages, func(key string, s *run.Stage) bool { return key == s.Key }) {
		return nil, nil
	}
	set, err := folder.Load()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return set, err
}

// hubModel is the id and the commit of a model that was downloaded; empty for others.
func hubModel(name string) (id, commit string) {
	if _, err := os.Stat(name); err == nil || name == "tiny" || strings.HasSuffix(name, ".gguf") {
		return "", ""
	}
	parsed, err := hub.ParseID(name)
	if err != nil {
		return "", ""
	}
	cache, err := hub.CacheDir()
	if err != nil {
		return "", ""
	}
	dir, err := cache.Find(parsed)
	if err != nil {
		return "", ""
	}
	return parsed.Org + "/" + parsed.Name, filepath.Base(dir)
}

// writeChecklist writes checklist.md beside a run's report.
func (a *app) writeChecklist(folder run.Folder, set *record.Set) error {
	r, err := known(folder, set)
	if err != nil {
		return failing(exitData, err)
	}
	if err := folder.Write("checklist.md", r.Checklist()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.err, "checklist: %s\n", filepath.Join(string(folder), "checklist.md"))
	return err
}
