package cli

import (
	"runtime/debug"
	"time"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/progress"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/open"
	"congrad/harness/run"
)

// finished prints the result of a run of which nothing is to be done: this very program finished it, its stages are those of the plan
// and in the store, undamaged, and every file that it left is as it was written. It starts no device. It is false where any
// of that is otherwise, or cannot be known without starting the device; the run then goes its usual way. It writes nothing but new labels.
func (a *app) finished(e *config.Experiment, s *open.Surroundings, how manner) (bool, error) {
	began, base := time.Now(), a.folder(e)
	info, ok := device.Known(a.Device)
	if !ok || !base.HasResults() {
		return false, nil
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a plan takes much memory for a moment
	w, err := a.lookAt(e, s, info)
	if err != nil {
		return false, nil // the usual way meets it again, and tells
	}
	plan, err := run.NewPlan(e, w.bench, s.Tasks)
	if err != nil {
		return false, nil
	}
	folder, found := run.Belonging(base, plan.Identity())
	if !found || !folder.Holds(plan) {
		return false, nil
	}
	m, err := folder.Manifest()
	if err != nil || !folder.AsWritten(m, machine.Program()) {
		return false, nil
	}
	st, err := a.reading()
	if err != nil {
		return false, nil
	}
	for _, x := range plan.Stages {
		if !st.Has(string(x.Key)) {
			return false, nil
		}
	}
	if damaged, err := checkStages(st, plan.Stages); err != nil || len(damaged) > 0 {
		return false, nil
	}
	if folder != base {
		a.notePlace(base, run.Place{Folder: folder, Final: folder, Other: plan.Identity().Differs(base)})
	}
	if how.label(&m, m) {
		if err := folder.WriteManifest(m); err != nil {
			return false, err
		}
	}
	a.NoteSlow(info)
	a.noteSkipped(w.bench)
	return true, a.conclusion(folder, progress.Tally{Reused: len(plan.Stages)}, time.Since(began))
}
