package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"congrad/harness/disk"
	"congrad/harness/exit"

	"github.com/gofrs/flock"
)

// Who may be at work in a store: any number of processes at once, each of which holds the lock of the store with the others, and alone
// the locks of the stages that it does and of the run whose folder it writes; or one that removes artefacts, which holds the lock of
// the store alone. Readers hold nothing and wait for nobody: an artefact is whole or absent. The system lets go of a dead process's locks.

// Holder is a process that holds a lock.
type Holder struct {
	PID     int    `json:"pid"`
	Host    string `json:"host"`
	Command string `json:"command"`
}

// me is this process.
func me() Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	command := append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...)
	return Holder{os.Getpid(), host, strings.Join(command, " ")}
}

// gone reports whether a process of this machine has ended.
func (h Holder) gone() bool {
	if h.Host != me().Host {
		return false
	}
	p, err := os.FindProcess(h.PID)
	return err != nil || errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func (h Holder) String() string {
	if h.PID == 0 || h.gone() {
		return "another congrad"
	}
	return fmt.Sprintf("%s (process %d on %s)", h.Command, h.PID, h.Host)
}

// Busy reports something that another process works on.
type Busy struct {
	What string
	By   Holder
}

func (b *Busy) Error() string {
	return fmt.Sprintf("%s is in use by %s; wait for it (--wait), or give this run another folder (--runs DIR)", b.What, b.By)
}

// busy says who holds the lock at path.
func busy(what, path string) error {
	b := &Busy{What: what}
	if data, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(data, &b.By) // what cannot be read names nobody
	}
	return exit.With(exit.Busy, b)
}

// signed writes who holds a lock into its file.
func signed(lock *flock.Flock) error {
	text, err := json.Marshal(me())
	if err != nil {
		return err
	}
	return os.WriteFile(lock.Path(), text, 0o644)
}

// hold takes a lock alone, or returns a Busy.
func hold(what, path string) (*flock.Flock, error) {
	lock := flock.New(path)
	ok, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("locking %s: %w", what, err)
	case !ok:
		return nil, errors.Join(lock.Close(), busy(what, path))
	}
	if err := signed(lock); err != nil {
		return nil, errors.Join(fmt.Errorf("locking %s: %w", what, err), lock.Close())
	}
	return lock, nil
}

// opening is how long another process may take to open the store, which it does alone.
const opening = 2 * time.Second

// join takes the lock of the store next to other processes. alone is called before, if there are none.
func (s *Store) join(alone func() error) error {
	path := filepath.Join(s.root, "lock")
	s.lock = flock.New(path)
	first, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("locking the store %s: %w", s.root, err)
	}
	if first {
		if err := alone(); err != nil {
			return errors.Join(err, s.lock.Close())
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), opening)
	defer cancel()
	ok, err := s.lock.TryRLockContext(ctx, 20*time.Millisecond) // turns its own lock into one that is held with others
	if !ok && ctx.Err() != nil {
		return errors.Join(s.lock.Close(), busy("the store "+s.root, path))
	}
	if err == nil {
		err = signed(s.lock)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("locking the store %s: %w", s.root, err), s.lock.Close())
	}
	return nil
}

// HoldStage takes a stage for this process, or returns a Busy. release lets go of it.
func (s *Store) HoldStage(key, label string) (release func() error, err error) {
	dir := s.scratchDir(key)
	var lock *flock.Flock
	for again := true; again; again = errors.Is(err, fs.ErrNotExist) { // a process that has finished the stage may remove the folder between the two
		if err := disk.MkdirAll(s.disk, dir); err != nil {
			return nil, fmt.Errorf("locking %s: %w", label, err)
		}
		lock, err = hold(label, filepath.Join(dir, "lock"))
	}
	if err != nil {
		return nil, err
	}
	release = func() error {
		var err error
		if s.Has(key) {
			err = s.dropScratch(key)
		}
		return errors.Join(err, lock.Close())
	}
	if err := disk.Sweep(s.disk, dir); err != nil {
		return nil, errors.Join(err, release())
	}
	return release, nil
}

// dropScratch removes the scratch of a finished stage, which is of no use any more. Another process may take the stage's lock in that moment, and
// so put a file into the folder that is being removed: it finds the artefact there, and removes the folder itself.
func (s *Store) dropScratch(key string) error {
	err := s.disk.RemoveAll(s.scratchDir(key))
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil
	}
	return err
}

// HoldRun takes the folder of a run for this process, or returns a Busy.
func (s *Store) HoldRun(name string) (release func() error, err error) {
	lock, err := hold("the run "+name, filepath.Join(s.root, "run-"+name+".lock"))
	if err != nil {
		return nil, err
	}
	return lock.Close, nil
}
