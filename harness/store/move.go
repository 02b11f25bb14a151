package store

import (
	"errors"
	"path/filepath"

	"congrad/harness/disk"
)

// Move renames a file or a folder for good: both folders are flushed. What is in its place must be free.
func Move(from, to string) error {
	var machine disk.Machine
	if err := machine.Rename(from, to); err != nil {
		return err
	}
	a, b := filepath.Dir(from), filepath.Dir(to)
	if a == b {
		return machine.SyncDir(a)
	}
	return errors.Join(machine.SyncDir(b), machine.SyncDir(a))
}
