package cli

import (
	"path/filepath"
	"runtime/debug"
	"time"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/progress"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/store"
)

// finished prints the result of a run of which nothing is to be done: this very program finished it, its stages are those of the plan
// and in the store, and every file that it left is as it was written. It starts no device and reads no artefact. It is false where any
// of that is otherwise, or cannot be known without starting the device; the run then goes its usual way.
func (a *app) finished(e *config.Experiment, s *open.Surroundings) (bool, error) {
	began, folder := time.Now(), a.folder(e)
	m, err := readManifest(string(folder))
	if err != nil || m.Outcome != run.Finished {
		return false, nil
	}
	info, ok := device.Known(a.Device)
	if !ok || !folder.AsWritten(m, machine.Program()) {
		return false, nil
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a plan takes much memory for a moment
	w, err := a.lookAt(e, s, info)
	if err != nil {
		return false, nil // the usual way meets it again, and tells
	}
	plan, err := run.NewPlan(e, w.bench, s.Tasks)
	if err != nil || !folder.Holds(plan) {
		return false, nil
	}
	st, err := store.Read(filepath.Join(a.Runs, ".store"))
	if err != nil {
		return false, err
	}
	defer st.Close()
	for _, x := range plan.Stages {
		if !st.Has(string(x.Key)) {
			return false, nil
		}
	}
	a.NoteSlow(info)
	a.noteSkipped(w.bench)
	return true, a.conclusion(folder, progress.Tally{Reused: len(plan.Stages)}, time.Since(began))
}
