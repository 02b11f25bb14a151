package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"congrad/harness/disk"

	"github.com/gofrs/flock"
)

// registryFolder lists the runs that were planned: one file each, named by the stages. A run's folder may be moved or renamed; its
// artefacts are still wanted.
const registryFolder = "runs"

// Run is a planned run that the store knows, or several of the same stages.
type Run struct {
	ID      string    `json:"-"`       // hash of its stages
	Folders []string  `json:"folders"` // where it was planned or found: absolute paths, sorted
	Planned time.Time `json:"planned"` // first
	Stages  []string  `json:"stages"`  // keys, sorted
}

// RunID is that of a run with these stages.
func RunID(keys []string) string {
	sorted := slices.Sorted(slices.Values(keys))
	sum := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return hex.EncodeToString(sum[:16])
}

// Register notes a run with its folder.
func (s *Store) Register(folder string, keys []string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("registering a run: %w", err)
	}
	return s.listed(func() error { return s.register(folder, keys) })
}

// listed does something to the list while no other process does.
func (s *Store) listed(do func() error) error {
	lock := flock.New(filepath.Join(s.root, registryFolder+".lock"))
	if err := lock.Lock(); err != nil { // which takes moments
		return fmt.Errorf("registering a run: %w", err)
	}
	return errors.Join(do(), lock.Close())
}

func (s *Store) register(folder string, keys []string) error {
	r := Run{RunID(keys), nil, time.Now().UTC().Truncate(time.Second), slices.Sorted(slices.Values(keys))}
	if known, err := s.registered(r.ID); err == nil { // else there is none, or it is damaged and written again
		r = known
	}
	if slices.Contains(r.Folders, folder) {
		return nil
	}
	r.Folders = slices.Sorted(slices.Values(append(r.Folders, folder)))
	return s.writeRun(r)
}

func (s *Store) writeRun(r Run) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("registering a run: %w", err)
	}
	return disk.Write(s.disk, s.registryFile(r.ID), disk.Bytes(append(data, '\n')))
}

func (s *Store) registryFile(id string) string {
	return filepath.Join(s.root, registryFolder, id+".json")
}

// Registered lists the runs that the store knows. One that cannot be read is an error: its artefacts may be wanted.
func (s *Store) Registered() ([]Run, error) {
	entries, err := os.ReadDir(filepath.Join(s.root, registryFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the store's runs: %w", err)
	}
	var list []Run
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !IsKey(id) {
			continue
		}
		r, err := s.registered(id)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func (s *Store) registered(id string) (Run, error) {
	path := s.registryFile(id)
	data, err := os.ReadFile(path)
	if err != nil {
		return Run{}, fmt.Errorf("reading the store's runs: %w", err)
	}
	r := Run{ID: id}
	if err := json.Unmarshal(data, &r); err != nil || RunID(r.Stages) != id {
		return Run{}, fmt.Errorf("%s is damaged, so which artefacts that run wants is not known (remove the file if the run is not wanted, or if its folder is there: congrad gc --yes writes it again)", path)
	}
	return r, nil
}

// Forget drops folders of a run from the store's list, and the run with the last of them; its artefacts stay until they are removed.
func (s *Store) Forget(r Run, folders []string) error {
	return s.listed(func() error { return s.forget(r, folders) })
}

func (s *Store) forget(r Run, folders []string) error {
	r.Folders = slices.DeleteFunc(slices.Clone(r.Folders), func(f string) bool { return slices.Contains(folders, f) })
	if len(r.Folders) > 0 {
		return s.writeRun(r)
	}
	if err := s.disk.RemoveAll(s.registryFile(r.ID)); err != nil {
		return fmt.Errorf("forgetting a run: %w", err)
	}
	return nil
}
