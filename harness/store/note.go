package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// PutNote writes a note beside the files of an artefact. A note is no part of it: no hash covers it, it may differ between equal
// artefacts, and it goes with the artefact.
func (s *Store) PutNote(key, name string, data []byte) error {
	if !s.Has(key) {
		return fmt.Errorf("writing note %s: there is no artefact %s", name, key)
	}
	return WriteFile(filepath.Join(s.root, key, name), data)
}

// Note reads a note; nil where there is none.
func (s *Store) Note(key, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(s.root, key, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
