package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"congrad/harness/exit"
	"congrad/harness/store"

	"github.com/spf13/cobra"
)

// collection is what congrad gc is asked.
type collection struct {
	yes, dry bool
	wait     bool
	days     int
	forget   []string
}

func (a *app) gcCommand() *cobra.Command {
	var o collection
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove artefacts and unfinished stages that no run wants; only prints what, without --yes",
		Long: "Looks for artefacts (models, answers, judgements, gradients) and unfinished stages in the store (runs/.store) that no run wants,\n" +
			"and prints what it would remove. With --yes it moves them to the store's trash, and deletes what has been there for --trash-days.\n" +
			"Until then congrad run takes back what it needs.\n\n" +
			"A run wants its artefacts as long as its plan.json is under runs/ or the store lists it. The store lists every run that was\n" +
			"planned, so a run whose folder was moved or renamed keeps its artefacts. For a run that is not wanted, delete its folder and give\n" +
			"its name to --forget. What always stays: every run's folder, judge replies, and whatever else is in the store. Compiled programs are\n" +
			"in the user's cache (congrad doctor).",
		Example: "  congrad gc\n  congrad gc --yes\n  congrad gc --forget tiny --yes",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.yes && o.dry:
				return exit.With(exit.Config, fmt.Errorf("--dry-run and --yes: give only one of them"))
			case o.days < 0:
				return exit.With(exit.Config, fmt.Errorf("--trash-days %d: want 0 or more", o.days))
			}
			return a.collect(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.yes, "yes", false, "remove what is printed")
	c.Flags().BoolVar(&o.dry, "dry-run", false, "only print, which is the default")
	c.Flags().BoolVar(&o.wait, "wait", false, "with --yes: wait for other processes that are at work in the store")
	c.Flags().IntVar(&o.days, "trash-days", 7, "delete what has been in the trash for this many days; 0 deletes everything at once")
	c.Flags().StringArrayVar(&o.forget, "forget", nil, "run, by name or pattern such as '*-limit-*', that is not under runs/ any more and whose artefacts are not wanted (repeatable)")
	return c
}

// collect removes what no run wants, or says what it would remove.
func (a *app) collect(ctx context.Context, o collection) error {
	if err := a.findRuns(); err != nil { // opening a store makes it
		return err
	}
	if _, err := os.Stat(filepath.Join(a.Runs, ".store")); errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintf(a.Out, "%s has no store yet\n", a.Runs)
		return err
	}
	st, err := a.reading()
	if o.yes {
		st, err = a.opening(ctx, o.wait, store.Alone) // what another process may be about to use is not removed
	}
	if err != nil {
		return err
	}
	defer st.Close()
	wanted, err := a.wanted(st, o) // behind the lock: a run that still held it may have written a plan
	if err != nil {
		return err
	}
	if err := a.discard(st, wanted, o.yes); err != nil {
		return err
	}
	if err := a.emptyTrash(st, o); err != nil {
		return err
	}
	kept, err := st.RepliesSize()
	if err == nil && kept > 0 {
		_, err = fmt.Fprintf(a.Out, "judge replies kept: %.1f MB; no plan records which are still needed, so they stay (%s)\n", float64(kept)/1e6, filepath.Join(a.Runs, ".store", "replies-*.jsonl"))
	}
	return err
}

// wanted are the keys that runs want: those whose plans are under the folder of runs, and those that the store lists. With --yes the list
// is brought up to date.
func (a *app) wanted(st *store.Store, o collection) (map[string]bool, error) {
	plans, err := a.plans()
	if err != nil {
		return nil, exit.With(exit.Data, err)
	}
	wanted, here := map[string]bool{}, map[string]bool{}
	for _, p := range plans {
		for _, key := range p.keys {
			wanted[key] = true
		}
		here[store.RunID(p.keys)] = true
		if o.yes {
			if err := st.Register(p.folder, p.keys); err != nil {
				return nil, err
			}
		}
	}
	list, err := st.Registered()
	if err != nil {
		return nil, exit.With(exit.Data, err)
	}
	gone := slices.DeleteFunc(list, func(r store.Run) bool { return here[r.ID] })
	forgotten, err := a.forgotten(gone, o.forget)
	if err != nil {
		return nil, err
	}
	for _, r := range gone {
		for _, folder := range r.Folders {
			if slices.Contains(forgotten[r.ID], folder) {
				continue
			}
			for _, key := range r.Stages {
				wanted[key] = true
			}
			name := a.nameOf(folder)
			fmt.Fprintf(a.Out, "run %s, planned %s, is not under %s any more; its artefacts stay (congrad gc --forget %s lets them go)\n", name, r.Planned.Format(time.DateOnly), a.Runs, name)
		}
		if o.yes && len(forgotten[r.ID]) > 0 {
			if err := st.Forget(r, forgotten[r.ID]); err != nil {
				return nil, err
			}
		}
	}
	return wanted, nil
}

// nameOf is a listed run's folder as the user knows it: below the folder of runs.
func (a *app) nameOf(folder string) string {
	if runs, err := filepath.Abs(a.Runs); err == nil {
		if name, err := filepath.Rel(runs, folder); err == nil && !strings.HasPrefix(name, "..") {
			return filepath.ToSlash(name)
		}
	}
	return folder
}

// forgotten are the folders that the user's patterns name, by the IDs of their runs.
func (a *app) forgotten(gone []store.Run, patterns []string) (map[string][]string, error) {
	folders := map[string][]string{}
	for _, pattern := range patterns {
		found := false
		for _, r := range gone {
			for _, folder := range r.Folders {
				name := a.nameOf(folder)
				ok, err := path.Match(pattern, name)
				if err != nil {
					return nil, exit.With(exit.Config, fmt.Errorf("--forget %s: %w", pattern, err))
				}
				if ok || pattern == name {
					folders[r.ID], found = append(folders[r.ID], folder), true
				}
			}
		}
		if !found {
			return nil, exit.With(exit.Config, fmt.Errorf("--forget %s: the store lists no run of this name that is not under %s any more (delete the run's folder first; congrad gc lists such runs)", pattern, a.Runs))
		}
	}
	return folders, nil
}

// discard moves what no run wants to the trash, or says what it would move.
func (a *app) discard(st *store.Store, wanted map[string]bool, really bool) error {
	keys, err := st.Keys()
	if err != nil {
		return err
	}
	var freed int64
	artefacts, removed, unfinished := 0, 0, 0
	for _, key := range slices.DeleteFunc(keys, func(name string) bool { return !store.IsKey(name) }) {
		whole := st.Has(key)
		if whole {
			artefacts++
		}
		if wanted[key] {
			continue
		}
		size, err := st.Size(key)
		if err != nil {
			return err
		}
		freed += size
		if whole {
			removed++
		} else {
			unfinished++
		}
		if really {
			if err := st.Trash(key); err != nil {
				return err
			}
		}
	}
	verb, hint := "would move", ""
	if really {
		verb = "moved"
	} else if removed+unfinished > 0 {
		hint = " (congrad gc --yes does it)"
	}
	_, err = fmt.Fprintf(a.Out, "%s %d of %d artefacts and %d unfinished stages to the trash, %.1f MB%s\n", verb, removed, artefacts, unfinished, float64(freed)/1e6, hint)
	return err
}

// emptyTrash deletes what has been in the trash for long enough, or says what it would delete.
func (a *app) emptyTrash(st *store.Store, o collection) error {
	list, err := st.Discarded()
	if err != nil || len(list) == 0 {
		return err
	}
	var old, kept int64
	deleted := 0
	for _, d := range list {
		if time.Since(d.Since) < time.Duration(o.days)*24*time.Hour {
			kept += d.Bytes
			continue
		}
		old += d.Bytes
		deleted++
		if o.yes {
			if err := st.Delete(d); err != nil {
				return err
			}
		}
	}
	verb := "would delete"
	if o.yes {
		verb = "deleted"
	}
	_, err = fmt.Fprintf(a.Out, "trash: %s %d of %d entries, %.1f MB, that were there for %d days; %.1f MB stay (%s)\n", verb, deleted, len(list), float64(old)/1e6, o.days, float64(kept)/1e6, filepath.Join(a.Runs, ".store", "trash"))
	return err
}
