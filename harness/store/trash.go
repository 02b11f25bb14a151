package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"congrad/harness/disk"
)

// trashFolder holds what was taken out of the store, until it has been there long enough. The time of a folder in it is when it was
// put there.
const trashFolder = "trash"

var keyed = regexp.MustCompile(`^[0-9a-f]{32}$`)

// IsKey reports whether a name has the form of a key. What has another form was not put into the store by a stage.
func IsKey(name string) bool { return keyed.MatchString(name) }

// Trash moves all that there is of a key into the trash.
func (s *Store) Trash(key string) error {
	for _, dir := range []string{filepath.Join(s.root, key), s.scratchDir(key)} {
		if _, err := s.discard(dir, filepath.Base(dir)); err != nil {
			return err
		}
	}
	return nil
}

// SetAside moves a damaged artefact into the trash, under a name from which it is never taken back, and returns where it is.
func (s *Store) SetAside(key string) (string, error) {
	return s.discard(filepath.Join(s.root, key), "damaged-"+key)
}

// discard moves a folder into the trash, if it is there, and returns where to.
func (s *Store) discard(dir, name string) (string, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	trash := filepath.Join(s.root, trashFolder)
	if err := disk.MkdirAll(s.disk, trash); err != nil {
		return "", fmt.Errorf("moving %s to the trash: %w", dir, err)
	}
	to := filepath.Join(trash, name)
	for n := 1; ; n++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			break
		}
		to = filepath.Join(trash, fmt.Sprintf("%s~%d", name, n))
	}
	now := time.Now()
	err := errors.Join(os.Chtimes(dir, now, now), move(s.disk, dir, to)) // the time first: killed in between, it is not old
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // another process was faster
	}
	if err != nil {
		return "", fmt.Errorf("moving %s to the trash: %w", dir, err)
	}
	return to, nil
}

// Restore takes a key's artefact, if it is whole, and its scratch back from the trash; false if there is neither.
func (s *Store) Restore(key string) (bool, error) {
	back := false
	trash := &Store{root: filepath.Join(s.root, trashFolder)}
	for _, dir := range []string{filepath.Join(s.root, key), s.scratchDir(key)} {
		from := filepath.Join(trash.root, filepath.Base(dir))
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if filepath.Base(dir) == key {
			if err := trash.Check(key, math.MaxInt64); err != nil {
				continue // it stays in the trash; the stage is done again
			}
		}
		err := move(s.disk, from, dir)
		if _, gone := os.Stat(from); errors.Is(gone, fs.ErrNotExist) && err != nil {
			continue // another process took it back
		}
		if err != nil {
			return back, fmt.Errorf("taking %s back from the trash: %w", key, err)
		}
		back = true
	}
	return back, nil
}

// Discarded is something in the trash.
type Discarded struct {
	Name  string
	Since time.Time
	Bytes int64
}

// Discarded lists what is in the trash, by name.
func (s *Store) Discarded() ([]Discarded, error) {
	trash := filepath.Join(s.root, trashFolder)
	entries, err := os.ReadDir(trash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the trash: %w", err)
	}
	var list []Discarded
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("listing the trash: %w", err)
		}
		size, err := (&Store{root: trash}).Size(e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, Discarded{e.Name(), info.ModTime(), size})
	}
	return list, nil
}

// Delete deletes something in the trash for good.
func (s *Store) Delete(d Discarded) error {
	if err := s.disk.RemoveAll(filepath.Join(s.root, trashFolder, d.Name)); err != nil {
		return fmt.Errorf("emptying the trash: %w", err)
	}
	return nil
}
