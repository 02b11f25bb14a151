package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Units computes f(0), ..., f(n-1) in order and returns the results. Each is appended to the stage's scratch as soon as
// it is there; those of an earlier, interrupted call are taken from it. A cancelled context ends the call between two units.
//
// The checksum of each record covers all before it: a record that was changed, moved or removed ends what is taken.
func Units[T any](ctx context.Context, s Scratch, n int, f func(i int) (T, error)) ([]T, error) {
	path := filepath.Join(s.dir, "units.log")
	results, whole, sum, err := readUnits[T](s, path)
	if err != nil {
		return nil, err
	}
	if len(results) >= n {
		return results[:n], nil
	}
	keeping := func(err error) error {
		if err != nil {
			return fmt.Errorf("keeping partial results: %w", err)
		}
		return nil
	}
	if whole >= 0 { // else there is no log yet
		if err := s.disk.Truncate(path, whole); err != nil { // behind what is whole
			return nil, keeping(err)
		}
	}
	log, err := openLog(s.disk, path)
	if err != nil {
		return nil, keeping(err)
	}
	results, err = further(ctx, log, results, sum, n, f)
	return results, errors.Join(err, keeping(log.close()))
}

// further computes the results that are missing and logs them.
func further[T any](ctx context.Context, log *log, results []T, sum string, n int, f func(i int) (T, error)) ([]T, error) {
	for i := len(results); i < n; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := f(i)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("keeping partial results: %w", err)
		}
		var line []byte
		line, sum = sealRecord(sum, text)
		if err := log.append(line); err != nil {
			return nil, fmt.Errorf("keeping partial results: %w", err)
		}
		results = append(results, r)
	}
	return results, nil
}

// readUnits returns the results that are whole, their length in bytes (-1 without a log) and the last one's checksum.
func readUnits[T any](s Scratch, path string) (results []T, whole int64, sum string, err error) {
	sum = s.scope("units.log")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, -1, sum, nil
	}
	if err != nil {
		return nil, 0, sum, fmt.Errorf("reading partial results: %w", err)
	}
	for line := range bytes.Lines(data) {
		text, next, ok := openRecord(sum, line)
		var unit T
		if ok {
			ok = json.Unmarshal(text, &unit) == nil
		}
		if !ok {
			if line[len(line)-1] == '\n' { // else it was cut by a kill
				s.say("%s is damaged at record %d (%v); what follows is made again", path, len(results)+1, errDamaged)
			}
			break
		}
		results, sum = append(results, unit), next
		whole += int64(len(line))
	}
	return results, whole, sum, nil
}
