package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Scratch is where a running stage keeps what it has done so far, so that a killed one goes on where it stopped. It goes
// when the stage's artefact is stored.
type Scratch struct{ dir string }

// Scratch returns the scratch of a stage.
func (s *Store) Scratch(key string) Scratch { return Scratch{s.scratchDir(key)} }

// scratchPrefix stands before the key in the name of a scratch's folder.
const scratchPrefix = "part-"

func (s *Store) scratchDir(key string) string { return filepath.Join(s.root, scratchPrefix+key) }

// String is the scratch's folder.
func (s Scratch) String() string { return s.dir }

// Save keeps a file, in the place of an older one of that name.
func (s Scratch) Save(name string, data []byte) error {
	return WriteFile(filepath.Join(s.dir, name), data)
}

// Load returns a kept file, or nil where there is none.
func (s Scratch) Load(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Units computes f(0), ..., f(n-1) in order and returns the results. Each is appended to the stage's scratch as soon as
// it is there; those of an earlier, interrupted call are taken from it. A cancelled context ends the call between two units.
func Units[T any](ctx context.Context, s Scratch, n int, f func(i int) (T, error)) ([]T, error) {
	path := filepath.Join(s.dir, "units.jsonl")
	results, whole, err := readUnits[T](path)
	if err != nil {
		return nil, err
	}
	if len(results) >= n {
		return results[:n], nil
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("keeping partial results: %w", err)
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("keeping partial results: %w", err)
	}
	defer log.Close()
	if err := log.Truncate(whole); err != nil { // a line cut by the kill
		return nil, fmt.Errorf("keeping partial results: %w", err)
	}
	if _, err := log.Seek(whole, 0); err != nil {
		return nil, fmt.Errorf("keeping partial results: %w", err)
	}
	for i := len(results); i < n; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := f(i)
		if err != nil {
			return nil, err
		}
		line, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("keeping partial results: %w", err)
		}
		if _, err := log.Write(append(line, '\n')); err != nil {
			return nil, fmt.Errorf("keeping partial results: %w", err)
		}
		results = append(results, r)
	}
	return results, nil
}

// readUnits returns the whole lines of the log and their length in bytes.
func readUnits[T any](path string) (results []T, whole int64, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading partial results: %w", err)
	}
	r := bufio.NewReader(bytes.NewReader(data))
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return results, whole, nil // the end, or a line without its end
		}
		var unit T
		if json.Unmarshal(line, &unit) != nil {
			return results, whole, nil
		}
		results = append(results, unit)
		whole += int64(len(line))
	}
}
