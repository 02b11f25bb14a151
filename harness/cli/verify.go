package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"congrad/harness/cli/machine"
	"congrad/harness/exit"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

func (a *app) verifyCommand() *cobra.Command {
	var repair, wait bool
	c := &cobra.Command{
		Use:   "verify [RUN]",
		Short: "Check every byte of a run, or of all runs and the store",
		Long: "Checks that artefacts in the store are what was stored under their keys, that the plan is sound and complete, that the run's files\n" +
			"are as they were written, and that records, tables and figures are what the store makes of them. Without RUN, it checks all runs\n" +
			"and everything in the store. Run it where the experiment was run, if that reads files of your own.\n\n" +
			"With --repair it sets damaged artefacts aside, which congrad run then makes again, and writes damaged records, tables, figures and\n" +
			"reports again from the store. Nothing is deleted: the damaged files are kept under another name. The exit code is 3 if anything\n" +
			"is left that is not as it should be.",
		Example: "  congrad verify\n  congrad verify tiny --repair",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.verify(c.Context(), append(args, "")[0], repair, wait)
		},
	}
	c.Flags().BoolVar(&repair, "repair", false, "set damaged artefacts aside, and write damaged records, tables and reports again")
	c.Flags().BoolVar(&wait, "wait", false, "with --repair: wait for other processes that are at work in the store")
	return c
}

// inspection is one call of verify.
type inspection struct {
	*app
	store   *store.Store
	damaged map[string]bool // keys of damaged artefacts
	repair  bool
	faults  int      // that are left
	again   []string // commands that mend them
}

// fault prints one thing that is not as it should be.
func (i *inspection) fault(format string, values ...any) {
	i.faults++
	fmt.Fprintf(i.Out, format+"\n", values...)
}

func (a *app) verify(ctx context.Context, name string, repair, wait bool) error {
	if err := a.findRuns(); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as for a report
	i := &inspection{app: a, damaged: map[string]bool{}, repair: repair}
	st, err := a.reading()
	if repair {
		st, err = a.opening(ctx, wait, store.Alone)
	}
	if err != nil {
		return err
	}
	i.store = st
	defer st.Close()
	plans, unreadable := a.plans()
	if name != "" {
		if plans, err = a.chosen(plans, name); err != nil {
			return errors.Join(unreadable, err)
		}
	} else if unreadable != nil {
		i.fault("%v", unreadable)
	}
	if err := i.artefacts(plans, name == ""); err != nil {
		return exit.With(exit.Data, err)
	}
	for _, p := range plans {
		if err := i.run(p); err != nil {
			return exit.With(exit.Data, err)
		}
	}
	if i.faults == 0 {
		_, err := fmt.Fprintln(a.Out, "everything is as it should be")
		return err
	}
	fault := fmt.Errorf("faults: %d", i.faults)
	if !repair {
		fault = fmt.Errorf("%w (--repair sets damaged artefacts aside and writes damaged files again)", fault)
	}
	for _, command := range i.again {
		fault = fmt.Errorf("%w\nmended by: %s", fault, command)
	}
	return exit.With(exit.Data, fault)
}

// chosen are the plans of a run that is named, by name or folder: its own, or those of a grid and its cells.
func (a *app) chosen(plans []planned, name string) ([]planned, error) {
	var list []planned
	var names []string
	for _, folder := range []string{filepath.Join(a.Runs, name), filepath.Clean(name)} {
		for _, p := range plans {
			names = append(names, filepath.Base(p.folder))
			if p.folder == folder || strings.HasPrefix(p.folder, folder+string(filepath.Separator)) {
				list = append(list, p)
			}
		}
		if len(list) > 0 {
			return list, nil
		}
	}
	return nil, exit.With(exit.Config, fmt.Errorf("%q: no run of this name under %s%s (congrad ls runs)", name, a.Runs, suggest.DidYouMean(name, names)))
}

// artefacts checks those that plans name, or all that the store has.
func (i *inspection) artefacts(plans []planned, all bool) error {
	labels := map[string]string{}
	for _, p := range plans {
		for _, s := range p.Stages {
			labels[string(s.Key)] = s.Label
		}
	}
	keys := slices.Sorted(maps.Keys(labels))
	if all {
		if _, err := i.store.Registered(); err != nil {
			i.fault("%v", err)
		}
		var err error
		if keys, err = i.store.Keys(); err != nil {
			return err
		}
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return !store.IsKey(key) || !i.store.Has(key) })
	damaged, err := checkAll(i.store, keys, math.MaxInt64)
	if err != nil {
		return err
	}
	for _, d := range damaged {
		i.damaged[d.Key] = true
		label := labels[d.Key]
		if label == "" {
			label = "no planned stage"
		}
		i.fault("%s (%s): %s", d.Dir, label, d.What)
		if i.repair {
			where, err := i.store.SetAside(d.Key)
			if err != nil {
				return err
			}
			fmt.Fprintf(i.Out, "  set aside: %s\n", where)
			if labels[d.Key] == "" {
				i.faults-- // nobody misses it
			}
		}
	}
	_, err = fmt.Fprintf(i.Out, "store: %d artefacts, %d damaged\n", len(keys), len(damaged))
	return err
}

// run checks the folder of a run.
func (i *inspection) run(p planned) error {
	folder, before := run.Folder(p.folder), i.faults
	for _, s := range p.Stages {
		if err := s.CheckKey(); err != nil {
			i.fault("%s: %v", filepath.Join(p.folder, "plan.json"), err)
		}
	}
	missing := 0
	for _, key := range p.keys {
		if i.damaged[key] || !i.store.Has(key) {
			missing++
		}
	}
	m, err := folder.Manifest()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err := fmt.Fprintf(i.Out, "%s: not finished, %d of %d stages are in the store; without a manifest its files cannot be checked\n", folder, len(p.keys)-missing, len(p.keys))
		return err
	case err != nil:
		i.fault("%v", err)
		return nil
	}
	wrong, err := folder.Changed(m, "")
	if err != nil {
		return err
	}
	for _, name := range wrong {
		i.fault("%s: missing, or not as it was written", filepath.Join(p.folder, filepath.FromSlash(name)))
	}
	finished := m.Outcome == run.Finished
	if finished && missing > 0 {
		i.fault("%s: %d of %d stages are not in the store, or damaged", folder, missing, len(p.keys))
	}
	compared := "its records are not compared with the store, which is not complete"
	if missing == 0 && finished && p.Experiment != "" {
		if compared, err = i.compare(p, m, wrong); err != nil {
			return err
		}
	} else if p.Experiment == "" {
		compared = "a grid, whose cells are checked one by one"
	}
	if i.faults > before && m.Command != "" && !slices.Contains(i.again, m.Command) {
		i.again = append(i.again, m.Command)
	}
	_, err = fmt.Fprintf(i.Out, "%s: %s, %d stages, %d files, faults: %d; %s\n", folder, m.Outcome, len(p.keys), len(m.Files), i.faults-before, compared)
	return err
}

// compare holds a run's records, tables, figures and reports against what the store makes of them, and writes those again that are
// wrong. It returns in words what was compared.
func (i *inspection) compare(p planned, m run.Manifest, wrong []string) (string, error) {
	files, err := i.remade(p, m, i.store)
	if err != nil {
		return fmt.Sprintf("its records are not compared with the store: %v", err), nil
	}
	same := m.Program == machine.Program()
	differ := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if m.Files[name] == run.Hash(files[name]) || slices.Contains(wrong, name) {
			continue
		}
		differ++
		if same {
			i.fault("%s: not what the store makes of it", filepath.Join(p.folder, filepath.FromSlash(name)))
			wrong = append(wrong, name)
		}
	}
	compared := fmt.Sprintf("%d of them are held against the store", len(files))
	if differ > 0 && !same {
		compared = fmt.Sprintf("%d of %d files differ from those that this version of congrad makes; another one wrote them", differ, len(files))
	}
	if !i.repair || len(wrong) == 0 {
		return compared, nil
	}
	return compared, i.mend(run.Folder(p.folder), m, files, wrong)
}

// mend writes files of a run again.
func (i *inspection) mend(folder run.Folder, m run.Manifest, files map[string][]byte, wrong []string) error {
	out, err := folder.Writer()
	if err != nil {
		return err
	}
	for _, name := range wrong {
		data, ok := files[name]
		if !ok {
			continue
		}
		if err := out.Write(name, data); err != nil {
			return err
		}
		i.faults--
		fmt.Fprintf(i.Out, "  written again: %s\n", filepath.Join(string(folder), filepath.FromSlash(name)))
	}
	i.noteAside(out)
	m.Files = out.Files
	return out.WriteManifest(m)
}
