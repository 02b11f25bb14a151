package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/disk"
)

// PutNote writes a note beside the files of an artefact. A note is no part of it: no hash covers it, it may differ between equal
// artefacts, and it goes with the artefact. It is sealed, and not flushed: a power cut may cost it.
func (s *Store) PutNote(key, name string, data []byte) error {
	if !s.Has(key) {
		return fmt.Errorf("writing note %s: there is no artefact %s", name, key)
	}
	return writeSealed(s.disk, filepath.Join(s.root, key, name), key+"/"+name, true, func(add AddFile) error { return add(name, disk.Bytes(data)) })
}

// Note reads a note; nil where there is none, or a damaged one. Notes of earlier versions are JSON without a seal.
func (s *Store) Note(key, name string) ([]byte, error) {
	path := filepath.Join(s.root, key, name)
	parts, err := readSealed(path, key+"/"+name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, errDamaged):
		data, err := os.ReadFile(path)
		if err == nil && !json.Valid(data) {
			data = nil
		}
		return data, err
	}
	return parts[name], err
}
