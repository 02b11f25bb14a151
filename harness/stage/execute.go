package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congrad/harness/store"
)

// Executor does the stages of a plan that the store lacks.
//
// Stages that do not depend on each other overlap. No result depends on which do: a stage reads the artefacts of its inputs,
// and its own work is a function of them.
type Executor struct {
	Store   *store.Store
	Report  Reporter
	Machine string // what runs it, for people; it enters no key
	// Work does one stage and returns the files of its artefact.
	Work   func(context.Context, *Stage, *Desk) (Files, error)
	AtOnce int   // stages at a time; one if it is less
	Memory int64 // bytes that the stages at work may need together; 0 for no limit. One stage always runs.
	Wait   bool  // for stages that other processes are at; else Run ends where nothing else is left to do

	memory memory
}

// done is the end of a stage.
type done struct {
	stage *Stage
	err   error
}

// Run does the stages, inputs before what reads them; a stage waits for the inputs that are among them. The first that is ready in
// the order given starts first. A stage that fails stops the others where they can go on later.
func (x *Executor) Run(ctx context.Context, stages []*Stage) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	waiting := x.missing(stages)
	total, begun, needed := len(waiting), 0, int64(0)
	running := map[Ref]*Stage{}
	ends := make(chan done)
	var faults []error
	for {
		var busy error // a stage that another process is at
		for len(running) < max(1, x.AtOnce) && ctx.Err() == nil {
			var s *Stage
			var release func() error
			var err error
			s, release, waiting, busy, err = x.claim(waiting, running, x.room(len(running), needed))
			if err != nil {
				faults = append(faults, err)
				cancel()
			}
			if s == nil {
				break
			}
			running[s.Key] = s
			needed += s.Memory
			begun++
			line := x.Report.Begin(s, begun, max(total, begun))
			go func() { ends <- done{s, errors.Join(x.do(ctx, s, line), release())} }()
		}
		if len(running) == 0 && (busy == nil || !x.Wait || ctx.Err() != nil) {
			if ctx.Err() == nil {
				faults = append(faults, busy)
			}
			return conclude(ctx, waiting, faults)
		}
		var again <-chan time.Time
		if busy != nil {
			again = time.After(lookAgain)
		}
		var stopped <-chan struct{}
		if len(running) == 0 {
			stopped = ctx.Done()
		}
		select {
		case <-again:
		case <-stopped:
		case end := <-ends:
			delete(running, end.stage.Key)
			needed -= end.stage.Memory
			if stopped := errors.Is(end.err, context.Canceled) && ctx.Err() != nil; end.err != nil && !stopped {
				faults = append(faults, end.err)
				cancel()
			}
		}
	}
}

// lookAgain is how long it takes at most until a stage that another process has finished is noticed.
const lookAgain = 500 * time.Millisecond

// claim takes the first of the waiting stages that is ready, fits, and that no other process is at. Stages that others have finished
// meanwhile leave the list. busy says who is at a stage that would be ready.
func (x *Executor) claim(waiting []*Stage, running map[Ref]*Stage, room int64) (s *Stage, release func() error, left []*Stage, busy, err error) {
	left = waiting
	held := map[Ref]bool{}
	for {
		at := next(left, running, held, room)
		if at < 0 {
			return nil, nil, left, busy, nil
		}
		s := left[at]
		release, err := x.Store.HoldStage(string(s.Key), s.Label)
		var b *store.Busy
		if errors.As(err, &b) {
			held[s.Key], busy = true, err
			continue
		}
		if err != nil {
			return nil, nil, left, busy, err
		}
		left = append(left[:at:at], left[at+1:]...)
		if !x.Store.Has(string(s.Key)) {
			return s, release, left, busy, nil
		}
		if err := release(); err != nil {
			return nil, nil, left, busy, err
		}
		x.Report.Reused(s)
	}
}

// conclude is the outcome of a run in which no stage is at work any more.
func conclude(ctx context.Context, waiting []*Stage, faults []error) error {
	switch err := errors.Join(faults...); {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case len(waiting) > 0:
		return fmt.Errorf("%s depends on itself: the plan does not list inputs first", waiting[0].Label)
	}
	return nil
}

// missing are the stages that the store lacks; it tells of the others.
func (x *Executor) missing(stages []*Stage) []*Stage {
	var list []*Stage
	for _, s := range stages {
		if x.Store.Has(string(s.Key)) {
			x.Report.Reused(s)
		} else {
			list = append(list, s)
		}
	}
	return list
}

// room is how much memory a further stage may need; negative for any amount.
func (x *Executor) room(running int, needed int64) int64 {
	if x.Memory == 0 || running == 0 {
		return -1
	}
	return max(0, x.Memory-needed)
}

// next is the first of the waiting stages whose inputs are there, that fits and that is not held; -1 if there is none.
func next(waiting []*Stage, running map[Ref]*Stage, held map[Ref]bool, room int64) int {
	unfinished := make(map[Ref]bool, len(waiting)+len(running))
	for key := range running {
		unfinished[key] = true
	}
	for _, s := range waiting {
		unfinished[s.Key] = true
	}
	for i, s := range waiting {
		ready := (room < 0 || s.Memory <= room) && !held[s.Key]
		for _, in := range s.Inputs {
			ready = ready && !unfinished[in]
		}
		if ready {
			return i
		}
	}
	return -1
}

// do does one stage and stores what it made.
func (x *Executor) do(ctx context.Context, s *Stage, line Line) error {
	desk := &Desk{Shelf: Shelf{x.Store, s.Key}, Line: line}
	err := desk.Scratch().Check()
	var spent Cost
	if err == nil {
		spent, err = x.beginCost(s)
	}
	if err != nil {
		line.End(false, 0)
		return fmt.Errorf("%s: %w", s.Label, err)
	}
	start := time.Now()
	files, err := x.Work(ctx, s, desk)
	if err == nil {
		err = x.Store.Put(string(s.Key), s.meta(), files)
	}
	took := time.Since(start)
	spent = x.endCost(s, spent, took)
	if err != nil {
		_ = saveCost(x.Store, s.Key, spent) // the stage's error is the one to tell
		line.End(false, took)
		if errors.Is(err, context.Canceled) {
			return err
		}
		return fmt.Errorf("%s: %w", s.Label, err)
	}
	line.End(true, took)
	return noteCost(x.Store, s.Key, spent)
}
