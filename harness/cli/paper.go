package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/cli/machine"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/hub"
	"congrad/harness/open"
	"congrad/harness/paper"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/stage"
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
	m, err := folder.Manifest()
	switch {
	case err == nil:
		r.Manifest = &m
	case !errors.Is(err, fs.ErrNotExist):
		return r, err
	}
	return r, nil
}

// card gathers what is known of a policy that is exported, but for which of an arm's it is.
func (a *app) card(arg, arm string, x exported, plan *run.Plan, b *bench.Bench) (paper.Card, error) {
	e := plan.Experiment
	c := paper.Card{
		Experiment: e, Arm: *e.FindArm(arm), DType: x.DType, Licence: open.Licence(e.Model), Run: a.again(arg, x.Options), Export: a.exporting(arg, arm, x),
	}
	c.BaseID, c.Revision = hubModel(e.Model)
	c.Commit, c.Dirty = machine.Commit()
	var err error
	if c.Base, err = b.Base.Hash(); err != nil {
		return c, exit.With(exit.Data, err)
	}
	folder, _ := run.Belonging(a.folder(e), plan.Identity())
	if folder == "" {
		return c, nil
	}
	if folder.HasResults() {
		a.noteChanged(folder)
	}
	set, err := finished(folder, plan)
	if set == nil || err != nil {
		return c, exit.With(exit.Data, err)
	}
	r, err := known(folder, set)
	c.Known = &r
	return c, exit.With(exit.Data, err)
}

// exporting is the command that exports, with the folder's own name in place of its path.
func (a *app) exporting(arg, arm string, x exported) string {
	words := []string{"congrad", "export", arg, arm, "--out", filepath.Base(x.Out)}
	if x.seed >= 0 {
		words = append(words, "--seed", fmt.Sprint(x.seed))
	}
	if x.iteration != 0 {
		words = append(words, "--iteration", fmt.Sprint(x.iteration))
	}
	if x.DType != "float32" {
		words = append(words, "--dtype", x.DType)
	}
	return a.command(words, x.Options)
}

// finished are the records of a folder, if they are those of the plan; nil where it has none, or another plan's.
func finished(folder run.Folder, plan *run.Plan) (*record.Set, error) {
	planned, err := stage.ReadPlan(filepath.Join(string(folder), "plan.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(planned.Stages, plan.Stages, func(a, b *stage.Stage) bool { return a.Key == b.Key }) {
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
	if _, err := os.Stat(name); err == nil || slices.Contains(open.Embedded(), name) || strings.HasSuffix(name, ".gguf") {
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

// writeChecklist writes checklist.md beside a run's report. It is on no list: who fills it in keeps it.
func (a *app) writeChecklist(out *run.Writer, set *record.Set) error {
	r, err := known(out.Folder, set)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	if err := out.Write("checklist.md", r.Checklist()); err != nil {
		return err
	}
	a.noteAside(out)
	_, err = fmt.Fprintf(a.Err, "checklist: %s\n", filepath.Join(string(out.Folder), "checklist.md"))
	return err
}
