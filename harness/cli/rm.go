package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/exit"
	"congrad/harness/store"
	"congrad/harness/suggest"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

func (a *app) rmCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "rm RUN...",
		Short: "Move runs to the trash; only prints which, without --yes",
		Long: "Moves the folders of runs, with whatever is in them, to the trash of the store (runs/.store/trash), where congrad gc --yes deletes them\n" +
			"when they have been there for seven days. Artefacts that no other run wants are freed by congrad gc. Until then, move the folder back\n" +
			"to have the run again.",
		Example: "  congrad rm tiny\n  congrad rm tiny tiny~1 --yes",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.findRuns(); err != nil {
				return err
			}
			var folders []string
			for _, name := range args {
				folder, err := a.removable(name)
				if err != nil {
					return exit.With(exit.Config, err)
				}
				folders = append(folders, folder)
			}
			if !yes {
				for _, folder := range folders {
					fmt.Fprintf(a.Out, "would move %s to the trash, %s\n", folder, humanize.Bytes(uint64(look(folder).Bytes)))
				}
				_, err := fmt.Fprintln(a.Out, "congrad rm --yes does it")
				return err
			}
			return a.remove(folders)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "move what is printed")
	return c
}

// removable is the folder of a run by its name. Nothing else can be removed: neither what is outside the folder of runs, nor a folder that no run made.
func (a *app) removable(name string) (string, error) {
	if within, ok := strings.CutPrefix(filepath.Clean(name), filepath.Clean(a.Runs)+string(filepath.Separator)); ok {
		name = within // a run by its folder
	}
	folder := filepath.Join(a.Runs, name)
	if within, err := filepath.Rel(a.Runs, folder); err != nil || within == "." || strings.HasPrefix(within, "..") || strings.HasPrefix(within, ".store") {
		return "", fmt.Errorf("rm %q: is not the name of a run under %s (congrad ls runs)", name, a.Runs)
	}
	for _, file := range []string{"plan.json", filepath.Join("records", "study.jsonl"), filepath.Join("records", "grid.jsonl")} {
		if _, err := os.Stat(filepath.Join(folder, file)); err == nil {
			return folder, nil
		}
	}
	list, err := a.runList()
	if err != nil {
		return "", err
	}
	var names []string
	for _, l := range list {
		names = append(names, l.Name)
	}
	return "", fmt.Errorf("rm %q: no run of this name under %s%s (congrad ls runs)", name, a.Runs, suggest.DidYouMean(name, names))
}

// remove moves folders of runs to the trash and takes them off the store's list. It waits until no run is using the store.
func (a *app) remove(folders []string) error {
	st, err := store.Open(filepath.Join(a.Runs, ".store"))
	if err != nil {
		return exit.With(exit.Data, err)
	}
	defer st.Close()
	list, err := st.Registered()
	if err != nil {
		return exit.With(exit.Data, err)
	}
	for _, folder := range folders {
		to, err := st.TrashFolder(folder)
		if err != nil {
			return exit.With(exit.Data, err)
		}
		whole, err := filepath.Abs(folder)
		if err != nil {
			return err
		}
		var faults []error
		for _, r := range list {
			gone := slices.DeleteFunc(slices.Clone(r.Folders), func(f string) bool { return f != whole && !strings.HasPrefix(f, whole+string(filepath.Separator)) })
			if len(gone) > 0 {
				faults = append(faults, st.Forget(r, gone))
			}
		}
		if err := errors.Join(faults...); err != nil {
			return exit.With(exit.Data, err)
		}
		fmt.Fprintf(a.Out, "moved %s to %s (congrad gc frees the artefacts that no run wants)\n", folder, to)
	}
	return nil
}
