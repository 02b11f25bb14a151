package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// generations is how many checkpoints are kept: where the last one is damaged, the stage goes on from the one before.
const generations = 2

// checkpointPrefix stands before the number in a checkpoint's name.
const checkpointPrefix = "checkpoint-"

// Keep writes a checkpoint. fill adds its parts, which are read together: all of one moment.
func (s Scratch) Keep(fill func(add AddFile) error) error {
	names, err := s.checkpoints()
	if err != nil {
		return err
	}
	next := 1
	if len(names) > 0 {
		if _, err := fmt.Sscanf(names[len(names)-1], checkpointPrefix+"%d", &next); err != nil {
			return fmt.Errorf("keeping a checkpoint: %s: %w", filepath.Join(s.dir, names[len(names)-1]), err)
		}
		next++
	}
	name := fmt.Sprintf("%s%08d", checkpointPrefix, next)
	if err := writeSealed(s.disk, filepath.Join(s.dir, name), s.scope(name), false, fill); err != nil {
		return err
	}
	for _, old := range names[:max(0, len(names)+1-generations)] {
		if err := s.disk.RemoveAll(filepath.Join(s.dir, old)); err != nil {
			return fmt.Errorf("removing an old checkpoint: %w", err)
		}
	}
	return nil
}

// Latest returns the parts of the last checkpoint that is whole; nil where there is none. Damaged ones are said and removed.
func (s Scratch) Latest() (map[string][]byte, error) {
	names, err := s.checkpoints()
	if err != nil {
		return nil, err
	}
	for i := len(names) - 1; i >= 0; i-- {
		path := filepath.Join(s.dir, names[i])
		parts, err := readSealed(path, s.scope(names[i]))
		if err == nil {
			return parts, nil
		}
		if !errors.Is(err, errDamaged) {
			return nil, fmt.Errorf("reading a checkpoint: %w", err)
		}
		from := "the start of the stage"
		if i > 0 {
			from = names[i-1]
		}
		s.say("%s is damaged (%v); going on from %s", path, err, from)
		if err := s.disk.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("removing a damaged checkpoint: %w", err)
		}
	}
	return nil, nil
}

// checkpoints are the names of all generations, the last one last.
func (s Scratch) checkpoints() ([]string, error) {
	entries, err := os.ReadDir(s.dir) // sorted
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("looking for checkpoints: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), checkpointPrefix) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Interval says when a checkpoint is due.
type Interval struct {
	every time.Duration
	since time.Time     // the last one was written, or the work began
	took  time.Duration // by the last one
}

// Interval begins with the work. Where the scratch has none, it is usual, or share times what a checkpoint takes if that is longer.
func (s Scratch) Interval() *Interval { return &Interval{every: s.Every, since: time.Now()} }

// Where an interval is not given, a kill costs half a minute of work, and checkpoints at most 2 % of the time.
const (
	usual = 30 * time.Second
	share = 50
)

// Due reports whether it is time for a checkpoint.
func (i *Interval) Due() bool {
	every := i.every
	if every == 0 {
		every = max(usual, share*i.took)
	}
	return time.Since(i.since) >= every
}

// Do writes a checkpoint by save, and begins the next interval.
func (i *Interval) Do(save func() error) error {
	began := time.Now()
	err := save()
	i.since = time.Now()
	i.took = i.since.Sub(began)
	return err
}
