package store

import (
	"errors"
	"os"
	"path/filepath"
)

// Move renames a file or a folder for good: both folders are flushed. What is in its place must be free.
func Move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	a, b := filepath.Dir(from), filepath.Dir(to)
	if a == b {
		return flushFolder(a)
	}
	return errors.Join(flushFolder(b), flushFolder(a))
}

func flushFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
