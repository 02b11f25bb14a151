package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/disk"
)

// AddFile adds a file to a folder: its name, and what writes its content.
type AddFile = func(name string, content func(w io.Writer) error) error

// WriteFolder writes a folder whole or not at all: beside its place, flushed, then renamed into it. There may be nothing in its place,
// or an empty folder.
func WriteFolder(path string, fill func(add AddFile) error) error {
	if err := CheckVacant(path); err != nil {
		return err
	}
	path = filepath.Clean(path)
	f, fresh := disk.Machine{}, disk.Beside(path)
	err := errors.Join(disk.MkdirAll(f, filepath.Dir(path)), f.RemoveAll(fresh)) // what a killed call left
	if err == nil {
		err = f.Mkdir(fresh)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() { _ = f.RemoveAll(fresh) }() // nothing is left of it once it is renamed
	if err := fill(func(name string, content func(w io.Writer) error) error {
		file := filepath.Join(fresh, filepath.FromSlash(name))
		if err := disk.MkdirAll(f, filepath.Dir(file)); err != nil {
			return err
		}
		return disk.Fill(f, file, content)
	}); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty folder, or it fails
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := disk.Publish(f, fresh, path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// CheckVacant reports what WriteFolder would not write over.
func CheckVacant(path string) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%s is in the way: %w", path, err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty (%s and %d more); existing files are not overwritten", path, entries[0].Name(), len(entries)-1)
	}
	return nil
}
