package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// AddFile adds a file to a folder: its name, and what writes its content.
type AddFile = func(name string, content func(w io.Writer) error) error

// WriteFolder writes a folder whole or not at all: aside, flushed, then renamed into place. There may be nothing in its place,
// or an empty folder.
func WriteFolder(path string, fill func(add AddFile) error) error {
	if err := CheckVacant(path); err != nil {
		return err
	}
	parent := filepath.Dir(filepath.Clean(path))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	fresh, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.RemoveAll(fresh) // nothing is left of it once it is renamed
	if err := fill(func(name string, content func(w io.Writer) error) error {
		return writeNew(filepath.Join(fresh, name), content)
	}); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty folder, or it fails
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := errors.Join(os.Chmod(fresh, 0o755), syncDir(fresh), os.Rename(fresh, path), syncDir(parent)); err != nil {
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

// writeNew writes a file that is not there yet and flushes it.
func writeNew(path string, content func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = content(w)
	if err == nil {
		err = errors.Join(w.Flush(), f.Sync())
	}
	return errors.Join(err, f.Close())
}
