// Package store keeps what stages produce, by key, and writes every file of a run. An artefact is whole or absent.
//
// The argument for that: an artefact is written into a folder of its own beside the others, file by file, each flushed
// to disk; its meta.json, which lists the files with their hashes, is written last; then the folder is renamed to its
// key, which is atomic, and the store's folder is flushed. Whatever happens before the rename leaves a folder that nobody reads and the next run removes.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/disk"
	"congrad/harness/exit"

	"github.com/gofrs/flock"
)

// Store is a folder of artefacts, <root>/<key>.
type Store struct {
	root string
	disk disk.FS // that everything is written through
	lock *flock.Flock
}

// Meta describes an artefact. It holds neither time nor machine.
type Meta struct {
	Kind     string          `json:"kind"`     // of the stage that made it
	Version  int             `json:"version"`  // of the stage's code
	Settings json.RawMessage `json:"settings"` // what the stage was asked
	Device   string          `json:"device"`   // what computed it; empty for host work
	Inputs   []string        `json:"inputs"`   // keys
	Files    []File          `json:"files"`    // filled in by Put
}

// File is one file of an artefact.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Key is the hash over everything that an artefact depends on.
func (m Meta) Key() (string, error) {
	m.Files = nil
	text, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("making the key of a %s stage: %w", m.Kind, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

// format is that of the store: of the keys of stages and of what artefacts hold. A store of another format is never read: at best
// none of its artefacts would be found, at worst one would be taken for something else.
const format = "2"

// formatOf is the format of the store at root; empty for a new one.
func formatOf(root string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, "format"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("opening the store: %w", err)
	}
	there := strings.TrimSpace(string(data))
	if there == "" {
		if old, _ := filepath.Glob(filepath.Join(root, "*", "meta.json")); len(old) > 0 { // the pattern is well formed
			there = "1"
		}
	}
	return there, nil
}

// checkFormat reports a store of another format.
func checkFormat(root string) error {
	there, err := formatOf(root)
	if err != nil || there == "" || there == format {
		return err
	}
	return exit.With(exit.Data, fmt.Errorf("the store %s has format %s, this congrad reads format %s: its stages cannot be continued, and nothing in it was changed. "+
		"Move it out of the way (mv %s %s), or give runs another folder (--runs DIR); kept replies of judges (replies-*.jsonl) may be copied to the new store",
		root, there, format, root, root+"-"+there))
}

// Open opens or makes the store at root, next to other processes. The first one removes what killed ones left half written.
func Open(root string) (*Store, error) { return OpenOn(disk.Machine{}, root) }

// OpenOn opens the store, and writes through the disk that it is given.
func OpenOn(f disk.FS, root string) (*Store, error) {
	if err := checkFormat(root); err != nil { // nothing in it is touched
		return nil, err
	}
	if err := disk.MkdirAll(f, root); err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	s := &Store{root: root, disk: f}
	return s, s.join(s.prepare)
}

// Alone opens the store for one process, which may remove artefacts.
func Alone(root string) (*Store, error) {
	s, err := Open(root)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	s.lock, err = hold("the store "+root, filepath.Join(root, "lock"))
	return s, err
}

// Read opens the store to read from it. It takes no lock, makes nothing and waits for nobody; a store that is not there is empty.
func Read(root string) (*Store, error) {
	return &Store{root: root, disk: disk.Machine{}}, checkFormat(root)
}

// prepare marks a new store and removes what killed processes left: what is half written, and scratch of no use any more. No other process may be at work.
func (s *Store) prepare() error {
	if there, err := formatOf(s.root); err != nil {
		return err
	} else if there == "" {
		if err := disk.Write(s.disk, filepath.Join(s.root, "format"), disk.Bytes([]byte(format+"\n"))); err != nil {
			return fmt.Errorf("opening the store: %w", err)
		}
	}
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	for _, e := range entries {
		key, part := strings.CutPrefix(e.Name(), scratchPrefix)
		if strings.HasPrefix(e.Name(), "new-") || part && s.Has(key) { // the scratch of a stage that another process finished first
			if err := s.disk.RemoveAll(filepath.Join(s.root, e.Name())); err != nil {
				return fmt.Errorf("removing incomplete artefacts: %w", err)
			}
		}
	}
	return disk.Sweep(s.disk, s.root)
}

// Close ends the work in the store.
func (s *Store) Close() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// Has reports whether the artefact is there.
func (s *Store) Has(key string) bool {
	_, err := os.Stat(filepath.Join(s.root, key, "meta.json"))
	return err == nil
}

// Put writes an artefact under its key; scratch of the stage is dropped. When it returns, the artefact outlives a power cut.
func (s *Store) Put(key string, meta Meta, files map[string][]byte) error {
	if err := s.put(key, meta, files); err != nil {
		return fmt.Errorf("storing a %s stage: %w", meta.Kind, err)
	}
	return s.dropScratch(key)
}

func (s *Store) put(key string, meta Meta, files map[string][]byte) error {
	if s.Has(key) { // it is this very artefact
		return nil
	}
	dir := filepath.Join(s.root, "new-"+key)
	if err := s.disk.RemoveAll(dir); err != nil {
		return err
	}
	if err := s.disk.Mkdir(dir); err != nil {
		return err
	}
	defer func() { _ = s.disk.RemoveAll(dir) }() // nothing is left of it once it is renamed
	meta.Files = nil
	for _, name := range slices.Sorted(maps.Keys(files)) {
		sum := sha256.Sum256(files[name])
		meta.Files = append(meta.Files, File{name, int64(len(files[name])), hex.EncodeToString(sum[:])})
		if err := disk.Fill(s.disk, filepath.Join(dir, name), disk.Bytes(files[name])); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(meta, "", " ")
	if err != nil {
		return err
	}
	if err := disk.Fill(s.disk, filepath.Join(dir, "meta.json"), disk.Bytes(text)); err != nil {
		return err
	}
	final := filepath.Join(s.root, key)
	// a folder without meta.json is left of a removal that was cut short; no rename goes over it
	if err := s.disk.RemoveAll(final); err != nil {
		return err
	}
	return disk.Publish(s.disk, dir, final)
}

// Artefact is a stored result, for reading.
type Artefact struct {
	Key  string
	Meta Meta
	dir  string
}

// Get opens an artefact.
func (s *Store) Get(key string) (*Artefact, error) {
	a := &Artefact{Key: key, dir: filepath.Join(s.root, key)}
	text, err := os.ReadFile(filepath.Join(a.dir, "meta.json"))
	if err != nil {
		return nil, fmt.Errorf("opening the artefact %s: %w", key, err)
	}
	if err := json.Unmarshal(text, &a.Meta); err != nil {
		return nil, &Damaged{key, a.dir, fmt.Sprintf("meta.json: %v", err)}
	}
	return a, nil
}

// Read returns one of the artefact's files, checked against its hash.
func (a *Artefact) Read(name string) ([]byte, error) {
	at := slices.IndexFunc(a.Meta.Files, func(f File) bool { return f.Name == name })
	if at < 0 {
		return nil, &Damaged{a.Key, a.dir, "it has no file " + name}
	}
	data, err := os.ReadFile(filepath.Join(a.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Damaged{a.Key, a.dir, name + " is missing"}
	}
	if err != nil {
		return nil, fmt.Errorf("reading an artefact of a %s stage: %w", a.Meta.Kind, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != a.Meta.Files[at].SHA256 {
		return nil, &Damaged{a.Key, a.dir, "the content of " + name + " is not what was stored"}
	}
	return data, nil
}

// Keys lists, in order, what the store holds anything of: artefacts, and stages that left no more than their scratch.
func (s *Store) Keys() ([]string, error) {
	entries, err := os.ReadDir(s.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing the store: %w", err)
	}
	var keys []string
	for _, e := range entries {
		if e.IsDir() {
			keys = append(keys, strings.TrimPrefix(e.Name(), scratchPrefix))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// Remove drops all that there is of a key.
func (s *Store) Remove(key string) error {
	dir, gone := filepath.Join(s.root, key), filepath.Join(s.root, "new-"+key)
	if _, err := os.Stat(dir); err == nil { // under a name that nobody reads, a kill leaves no half of an artefact
		if err := s.disk.RemoveAll(gone); err != nil {
			return err
		}
		if err := s.disk.Rename(dir, gone); err != nil {
			return err
		}
	}
	for _, path := range []string{gone, s.scratchDir(key)} {
		if err := s.disk.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// Size is the number of bytes that a key takes on disk.
func (s *Store) Size(key string) (total int64, err error) {
	for _, dir := range []string{filepath.Join(s.root, key), s.scratchDir(key)} {
		err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err == nil {
				total += info.Size()
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("measuring the store: %w", err)
		}
	}
	return total, nil
}
