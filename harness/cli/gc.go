package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"congrad/harness/exit"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"

	"github.com/spf13/cobra"
)

func (a *app) gcCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove artefacts and unfinished stages that no run's plan refers to",
		Long: "Deletes artefacts (models, answers, judgements, gradients) and unfinished stages in the store (runs/.store) that no plan.json\n" +
			"under runs/ refers to. What stays: every run's folder with its records, tables and report, the artefacts of all planned\n" +
			"runs, and judge replies. To free the artefacts of a run, delete its folder first. Compiled programs are in the user's cache, not\n" +
			"in the store (congrad doctor).",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.findRuns(); err != nil { // opening a store makes it
				return err
			}
			open := store.Alone // what another process may be about to use is not removed
			if dry {
				open = store.Read
			}
			st, err := open(filepath.Join(a.Runs, ".store"))
			if err != nil {
				return err
			}
			defer st.Close()
			used, err := a.usedKeys() // behind the lock: a run that still held it may have written a plan
			if err != nil {
				return err
			}
			keys, err := st.Keys()
			if err != nil {
				return err
			}
			var freed int64
			artefacts, removed, unfinished := 0, 0, 0
			for _, key := range keys {
				whole := st.Has(key)
				if whole {
					artefacts++
				}
				if used[key] {
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
				if !dry {
					if err := st.Remove(key); err != nil {
						return err
					}
				}
			}
			verb := "removed"
			if dry {
				verb = "would remove"
			}
			if _, err := fmt.Fprintf(a.Out, "%s %d of %d artefacts and %d unfinished stages, %.1f MB\n", verb, removed, artefacts, unfinished, float64(freed)/1e6); err != nil {
				return err
			}
			kept, err := st.RepliesSize()
			if err == nil && kept > 0 {
				_, err = fmt.Fprintf(a.Out, "judge replies kept: %.1f MB; no plan records which are still needed, so they stay (%s)\n", float64(kept)/1e6, filepath.Join(a.Runs, ".store", "replies-*.jsonl"))
			}
			return err
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only print what would be removed")
	return c
}

// usedKeys are the keys in the plans of all runs.
func (a *app) usedKeys() (map[string]bool, error) {
	found, _ := filepath.Glob(filepath.Join(a.Runs, "*", "plan.json")) // the pattern is well formed
	used := map[string]bool{}
	for _, f := range found {
		plan, err := stage.ReadPlan(f)
		if err != nil {
			return nil, exit.With(exit.Data, err)
		}
		for _, s := range plan.Stages {
			used[string(s.Key)] = true
		}
	}
	return used, nil
}

// readManifest reads a run's manifest.
func readManifest(dir string) (run.Manifest, error) {
	var m run.Manifest
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%s: not a run manifest: %w (congrad run writes it again)", filepath.Join(dir, "manifest.json"), err)
	}
	return m, nil
}
