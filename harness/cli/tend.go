package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// What is read of a run's artefacts before it begins [bytes]: of all of them, or, if that is more, of each file. Whatever is read later
// is checked then; congrad verify reads everything.
const (
	checkedInAll  = 4 << 30
	checkedOfEach = 64 << 20
)

// tend prepares the store for a run: it lists the run, takes back from the trash what the run needs, and sets damaged artefacts aside, which
// are then made again. It says what it did.
func (w *workplace) tend(folder run.Folder, stages []*stage.Stage, out io.Writer) error {
	var keys []string
	back := 0
	for _, s := range stages {
		keys = append(keys, string(s.Key))
		restored, err := w.store.Restore(string(s.Key))
		if err != nil {
			return err
		}
		if restored {
			back++
		}
	}
	if back > 0 {
		fmt.Fprintf(out, "%d stages were taken back from the trash\n", back)
	}
	if err := w.store.Register(string(folder), keys); err != nil {
		return err
	}
	damaged, err := checkStages(w.store, stages)
	if err != nil {
		return err
	}
	for _, d := range damaged {
		if err := w.setAside(d, stages, out); err != nil {
			return err
		}
	}
	return nil
}

// complete does the stages of a plan, writes its records and notes in the manifest what its stages took. An artefact that turns out to be
// damaged on the way is set aside and made again.
func (w *workplace) complete(ctx context.Context, out *run.Writer, plan *run.Plan, x *stage.Executor, languages lang.Table, m *run.Manifest, errs io.Writer) (*record.Set, error) {
	for tried := map[string]bool{}; ; {
		set, err := out.Finish(ctx, plan, x, w.bench, languages)
		if err == nil {
			m.Spent, err = plan.Spent(w.store)
		}
		var d *store.Damaged
		if !errors.As(err, &d) || tried[d.Key] || ctx.Err() != nil {
			return set, err
		}
		tried[d.Key] = true
		if err := w.setAside(d, plan.Stages, errs); err != nil {
			return nil, err
		}
	}
}

// setAside moves a damaged artefact out of the way, and says so.
func (w *workplace) setAside(d *store.Damaged, stages []*stage.Stage, out io.Writer) error {
	where, err := w.store.SetAside(d.Key)
	if err != nil || where == "" {
		return err
	}
	label := "a stage"
	for _, s := range stages {
		if string(s.Key) == d.Key {
			label = s.Label
		}
	}
	_, err = fmt.Fprintf(out, "%s: the artefact %s is damaged: %s. It was set aside (%s) and is made again\n", label, d.Key[:min(12, len(d.Key))], d.What, where)
	return err
}

// checkStages checks the artefacts of stages that are in the store, and returns those that are damaged in the order of the stages.
func checkStages(st *store.Store, stages []*stage.Stage) ([]*store.Damaged, error) {
	var total int64
	var there []string
	for _, s := range stages {
		if key := string(s.Key); st.Has(key) {
			size, err := st.Size(key)
			if err != nil {
				return nil, err
			}
			there, total = append(there, key), total+size
		}
	}
	most := int64(checkedOfEach)
	if total <= checkedInAll {
		most = checkedInAll
	}
	return checkAll(st, there, most)
}

// checkAll checks artefacts, on all cores.
func checkAll(st *store.Store, keys []string, most int64) (damaged []*store.Damaged, err error) {
	faults := make([]error, len(keys))
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		wait.Go(func() {
			for i := range next {
				faults[i] = st.Check(keys[i], most)
			}
		})
	}
	for i := range keys {
		next <- i
	}
	close(next)
	wait.Wait()
	for _, fault := range faults {
		var d *store.Damaged
		switch {
		case errors.As(fault, &d):
			damaged = append(damaged, d)
		case fault != nil:
			return nil, fault
		}
	}
	return damaged, nil
}
