package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"congrad/harness/disk"
	"congrad/harness/exit"
)

// Scratch is where a running stage keeps what it has done so far, so that a killed one goes on where it stopped. It goes
// when the stage's artefact is stored.
//
// Everything in it is sealed. What is damaged is never taken: it is said, and made again from what is whole.
type Scratch struct {
	// Say is told, in a line, of what is damaged. It may be nil.
	Say func(message string)
	// Every is the time between checkpoints; see Interval.
	Every time.Duration

	key  string
	dir  string
	disk disk.FS
}

// Scratch returns the scratch of a stage.
func (s *Store) Scratch(key string) Scratch {
	return Scratch{key: key, dir: s.scratchDir(key), disk: s.disk}
}

// scratchPrefix stands before the key in the name of a scratch's folder.
const scratchPrefix = "part-"

func (s *Store) scratchDir(key string) string { return filepath.Join(s.root, scratchPrefix+key) }

// String is the scratch's folder.
func (s Scratch) String() string { return s.dir }

// say tells of damage.
func (s Scratch) say(format string, args ...any) {
	if s.Say != nil {
		s.Say(fmt.Sprintf(format, args...))
	}
}

// unsealed are the files that a scratch had when nothing in it was sealed.
var unsealed = []string{"units.jsonl", "checkpoint.safetensors", "checkpoint", "steps.jsonl", "steps.json"}

// Check refuses the scratch of an earlier version, which has no checksums.
func (s Scratch) Check() error {
	for _, name := range unsealed {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); err == nil {
			return exit.With(exit.Data, fmt.Errorf("%s is unfinished work of an earlier version of congrad, without checksums, and is not continued. "+
				"Finish the stage with that version, or remove the folder to start the stage again", s.dir))
		}
	}
	return nil
}

// scope is that of a file of the scratch.
func (s Scratch) scope(name string) string { return s.key + "/" + name }

// Save keeps a file, in the place of an older one of that name.
func (s Scratch) Save(name string, data []byte) error { return s.save(name, data, false) }

// SaveLoose keeps a file without flushing it: after a power cut there may be none.
func (s Scratch) SaveLoose(name string, data []byte) error { return s.save(name, data, true) }

func (s Scratch) save(name string, data []byte, loose bool) error {
	return writeSealed(s.disk, filepath.Join(s.dir, name), s.scope(name), loose, func(add AddFile) error {
		return add(name, disk.Bytes(data))
	})
}

// SaveFrom keeps a file as Save does, from what writes it.
func (s Scratch) SaveFrom(name string, content func(io.Writer) error) error {
	return writeSealed(s.disk, filepath.Join(s.dir, name), s.scope(name), false, func(add AddFile) error { return add(name, content) })
}

// DivergedFile is the batch of a step whose numbers were not finite.
const DivergedFile = "diverged.json"

// Show leaves a file for people, without a seal.
func (s Scratch) Show(name string, data []byte) error {
	return disk.Write(s.disk, filepath.Join(s.dir, name), disk.Bytes(data))
}

// Load returns a kept file, or nil where there is none, or only a damaged one.
func (s Scratch) Load(name string) ([]byte, error) {
	path := filepath.Join(s.dir, name)
	parts, err := readSealed(path, s.scope(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, errDamaged):
		s.say("%s is damaged (%v); it is made again", path, err)
		return nil, nil
	}
	return parts[name], err
}

// Has reports whether there is a file of that name, whole or not.
func (s Scratch) Has(name string) bool {
	_, err := os.Stat(filepath.Join(s.dir, name))
	return err == nil
}
