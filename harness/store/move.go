package store

import (
	"errors"
	"path/filepath"

	"congrad/harness/disk"
)

// Move renames a file or a folder for good: both folders are flushed. What is in its place must be free.
func Move(from, to string) error { return move(disk.Machine{}, from, to) }

func move(f disk.FS, from, to string) error {
	if err := f.Rename(from, to); err != nil {
		return err
	}
	a, b := filepath.Dir(from), filepath.Dir(to)
	if a == b {
		return f.SyncDir(a)
	}
	return errors.Join(f.SyncDir(b), f.SyncDir(a))
}
