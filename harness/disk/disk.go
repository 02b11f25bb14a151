// Package disk is the one layer through which results, checkpoints and the files of runs are written, so that a test can fail each
// operation by a plan and can drop what was not synced (package faulty).
//
// A file is whole or absent: it is written under another name beside its target, flushed, renamed into place, and then the folder is
// flushed, without which a power cut may undo the rename. Reading does not go through the layer.
package disk

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// FS holds the operations that change a disk.
type FS interface {
	Mkdir(path string) error
	Create(path string) (File, error) // a file that is not there yet
	Append(path string) (File, error) // the end of a file, which is made if it is not there
	Truncate(path string, size int64) error
	Rename(from, to string) error
	RemoveAll(path string) error
	SyncDir(path string) error // the entries of a folder
}

// File is a file that is being written.
type File interface {
	io.WriteCloser
	Sync() error
}

// Machine is the file system of this machine.
type Machine struct{}

func (Machine) Mkdir(path string) error { return os.Mkdir(path, 0o755) }

func (Machine) Create(path string) (File, error) {
	return opened(os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644))
}

func (Machine) Append(path string) (File, error) {
	return opened(os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644))
}

// opened keeps a nil *os.File from becoming a File that is not nil.
func opened(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (Machine) Truncate(path string, size int64) error { return os.Truncate(path, size) }

func (Machine) Rename(from, to string) error { return os.Rename(from, to) }

func (Machine) RemoveAll(path string) error { return os.RemoveAll(path) }

// SyncDir takes no offence at file systems that cannot flush a folder.
func (Machine) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}

// temporary begins the names of files and folders that are being written. Their name follows from their target's: what a kill leaves
// is replaced by the next attempt, and Sweep finds it.
const temporary = ".congrad-new-"

// Beside is the name under which the file or folder at path is written.
func Beside(path string) string {
	return filepath.Join(filepath.Dir(path), temporary+filepath.Base(path))
}

// MkdirAll makes a folder and those above it that are missing, and flushes each one's entry.
func MkdirAll(f FS, path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
		}
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MkdirAll(f, parent); err != nil {
			return err
		}
	}
	if err := f.Mkdir(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.SyncDir(parent)
}

// CreateFresh makes a file of its own, in the place of what a kill may have left of it.
func CreateFresh(f FS, path string) (File, error) {
	file, err := f.Create(path)
	if !errors.Is(err, fs.ErrExist) {
		return file, err
	}
	if err := f.RemoveAll(path); err != nil {
		return nil, err
	}
	return f.Create(path)
}

// Fill writes a fresh file and flushes it. Its name is not flushed.
func Fill(f FS, path string, content func(io.Writer) error) error {
	return fill(f, path, true, content)
}

func fill(f FS, path string, flush bool, content func(io.Writer) error) error {
	file, err := CreateFresh(f, path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<16)
	if err = content(w); err == nil {
		err = w.Flush()
	}
	if err == nil && flush {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Write writes a file whole or not at all. Folders on the way are made. When it returns, the file outlives a power cut.
func Write(f FS, path string, content func(io.Writer) error) error {
	return write(f, path, true, content)
}

// WriteLoose writes a file whole or not at all, where the machine stays on: after a power cut it may be absent, old, empty or torn, so
// whoever reads it must be able to tell.
func WriteLoose(f FS, path string, content func(io.Writer) error) error {
	return write(f, path, false, content)
}

func write(f FS, path string, flush bool, content func(io.Writer) error) error {
	err := MkdirAll(f, filepath.Dir(path))
	fresh := Beside(path)
	if err == nil {
		if err = fill(f, fresh, flush, content); err != nil {
			_ = f.RemoveAll(fresh) // the first error is the one to tell; what cannot be removed is swept later
		}
	}
	if err == nil {
		err = f.Rename(fresh, path)
	}
	if err == nil && flush {
		err = f.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return &WriteError{path, err}
	}
	return nil
}

// WriteError reports a file that could not be written.
type WriteError struct {
	Path string
	Err  error
}

func (e *WriteError) Error() string { return fmt.Sprintf("writing %s: %v", e.Path, e.Err) }
func (e *WriteError) Unwrap() error { return e.Err }

// Publish gives a folder whose files are flushed its name, so that it outlives a power cut.
func Publish(f FS, fresh, path string) error {
	if err := f.SyncDir(fresh); err != nil {
		return err
	}
	if err := f.Rename(fresh, path); err != nil {
		return err
	}
	return f.SyncDir(filepath.Dir(path))
}

// Bytes is the content of a file that is at hand.
func Bytes(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// Sweep removes what killed calls left in a folder and its subfolders under names that are only used while writing. Links are not
// followed. Nobody may be writing there.
func Sweep(f FS, folder string) error {
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !strings.HasPrefix(e.Name(), temporary) {
			return err
		}
		if err := f.RemoveAll(path); err != nil {
			return err
		}
		if e.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("removing what a killed call left: %w", err)
	}
	return nil
}
