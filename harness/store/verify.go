package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Damaged says that an artefact is not what was stored under its key.
type Damaged struct {
	Key, Dir string
	What     string
}

func (d *Damaged) Error() string {
	return fmt.Sprintf("the artefact %s is damaged: %s (congrad run sets it aside and makes it again)", d.Dir, d.What)
}

func (s *Store) damaged(key, format string, values ...any) error {
	return &Damaged{key, filepath.Join(s.root, key), fmt.Sprintf(format, values...)}
}

// Check holds an artefact against its key and its list of files: a *Damaged error where it is not what was stored. The content of
// files of more than most bytes is not read, only their size.
func (s *Store) Check(key string, most int64) error {
	dir := filepath.Join(s.root, key)
	text, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err != nil {
		return fmt.Errorf("checking the artefact %s: %w", key, err)
	}
	var m Meta
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields() // a damaged name of a field would hide it
	if err := d.Decode(&m); err != nil {
		return s.damaged(key, "meta.json: %v", err)
	}
	if d.More() {
		return s.damaged(key, "meta.json: more follows its end")
	}
	if err := s.checkKey(key, m); err != nil {
		return err
	}
	for _, f := range m.Files {
		if !fs.ValidPath(f.Name) || filepath.Base(f.Name) != f.Name {
			return s.damaged(key, "meta.json lists a file %q", f.Name)
		}
		stat, err := os.Stat(filepath.Join(dir, f.Name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return s.damaged(key, "%s is missing", f.Name)
		case err != nil:
			return fmt.Errorf("checking the artefact %s: %w", key, err)
		case stat.Size() != f.Bytes:
			return s.damaged(key, "%s has %d bytes, %d were stored", f.Name, stat.Size(), f.Bytes)
		case f.Bytes > most:
			continue
		}
		sum, err := hashFile(filepath.Join(dir, f.Name))
		if err != nil {
			return fmt.Errorf("checking the artefact %s: %w", key, err)
		}
		if sum != f.SHA256 {
			return s.damaged(key, "the content of %s is not what was stored", f.Name)
		}
	}
	return nil
}

// checkKey holds what an artefact says of itself against the key under which it is.
func (s *Store) checkKey(key string, m Meta) error {
	made, err := m.Key()
	if err != nil || made != key { // settings that are not JSON have no key
		return s.damaged(key, "its settings and inputs are those of another key, %.12s", made)
	}
	return nil
}

// CheckKey reports, as a *Damaged error, an artefact that was made from other settings or inputs than those of its key.
func (s *Store) CheckKey(a *Artefact) error { return s.checkKey(a.Key, a.Meta) }

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, f, make([]byte, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
