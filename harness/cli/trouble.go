package cli

import (
	"cmp"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/disk"
	"congrad/harness/exit"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"

	"github.com/dustin/go-humanize"
)

// trouble is the one line for a disk that cannot be written, and its exit code. One fault makes several errors, since the run's manifest
// cannot be written either. It is empty where that is not what went wrong.
func trouble(err error) (line string, code int) {
	where := cmp.Or(disk.Where(err), "it")
	switch {
	case exit.Code(err) != exit.Other: // it is explained already
		return "", 0
	case disk.IsFull(err):
		return fmt.Sprintf("no space is left on the disk of %s. Finished work is kept: free some space, and the same command continues", where), exit.Full
	case disk.IsUnwritable(err):
		return fmt.Sprintf("%s cannot be written: the disk is read-only or the folder belongs to somebody else (--runs DIR chooses another folder). Finished work is kept", where), exit.Unwritable
	}
	return "", 0
}

// checkSpace compares what the stages that are left will keep with the space of the store's disk, before anything runs.
func (a *app) checkSpace(st *store.Store, stages []*stage.Stage, b *bench.Bench) error {
	free, known := disk.Free(a.Runs)
	if need := run.Space(st, stages, b); known && free < need {
		return exit.With(exit.Full, fmt.Errorf("the disk of %s has %s of free space; the models and checkpoints of this run need about %s more (congrad gc removes what no run uses; --runs DIR chooses another folder)",
			a.Runs, humanize.Bytes(uint64(free)), humanize.Bytes(uint64(need))))
	}
	return nil
}
