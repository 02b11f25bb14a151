package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Cache is the folder of downloaded models.
type Cache string

// CacheDir is where HF_HUB_CACHE (once HUGGINGFACE_HUB_CACHE), HF_HOME or XDG_CACHE_HOME put it, else ~/.cache/huggingface/hub. As in
// huggingface_hub, ~ and variables in these are expanded.
func CacheDir() (Cache, error) {
	for _, variable := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := os.Getenv(variable); dir != "" {
			return Cache(expanded(dir)), nil
		}
	}
	if dir := os.Getenv("HF_HOME"); dir != "" {
		return Cache(filepath.Join(expanded(dir), "hub")), nil
	}
	dir := os.Getenv("XDG_CACHE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("finding the cache of models: %w (set HF_HOME)", err)
		}
		dir = filepath.Join(home, ".cache")
	}
	return Cache(filepath.Join(expanded(dir), "huggingface", "hub")), nil
}

// reference is a variable in a path: $NAME or ${NAME}.
var reference = regexp.MustCompile(`\$(?:\{(\w+)\}|(\w+))`)

// expanded is a path as Python's expanduser and expandvars leave it: ~ at the start is the home folder, $NAME and ${NAME} are what the
// environment has, and variables that it does not have stay as they are.
func expanded(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		if home, err := os.UserHomeDir(); err == nil {
			path = home + rest
		}
	}
	return reference.ReplaceAllStringFunc(path, func(written string) string {
		if value, ok := os.LookupEnv(strings.Trim(written, "${}")); ok {
			return value
		}
		return written
	})
}

// commitName is a commit's full name.
var commitName = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (c Cache) folder(id ID) string {
	return filepath.Join(string(c), id.kind()+"--"+id.Org+"--"+id.Name)
}

// commit is the commit that a revision stood at when it was fetched; empty where it was not.
func (c Cache) commit(id ID) (string, error) {
	commit := id.Revision
	ref, err := os.ReadFile(filepath.Join(c.folder(id), "refs", filepath.FromSlash(id.Revision)))
	switch {
	case err == nil:
		commit = strings.TrimSpace(string(ref))
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("looking for %s: %w", id, err)
	}
	if !commitName.MatchString(commit) {
		return "", nil
	}
	return commit, nil
}

// Find is the folder of a model that was downloaded; Absent where it was not, or not wholly.
func (c Cache) Find(id ID) (string, error) {
	commit, err := c.commit(id)
	if err != nil {
		return "", err
	}
	if commit == "" {
		return "", Absent{id, ""}
	}
	dir := filepath.Join(c.folder(id), "snapshots", commit)
	if _, err := os.Stat(dir); err != nil {
		return "", Absent{id, ""}
	}
	if missing := incomplete(os.DirFS(dir)); missing != "" {
		return "", Absent{id, missing}
	}
	return dir, nil
}

// Absent says that a model was not downloaded, or which file of it was not.
type Absent struct {
	ID   ID
	File string
}

func (a Absent) Error() string {
	if a.File == "" {
		return fmt.Sprintf("%s was not downloaded", a.ID)
	}
	return fmt.Sprintf("%s was not downloaded completely: %s is missing", a.ID, a.File)
}

const (
	configFile    = "config.json"
	tokenizerFile = "tokenizer.json"
	weightsFile   = "model.safetensors"
	indexFile     = "model.safetensors.index.json"
)

// incomplete is the first file that a model's folder lacks. Other programs leave folders with less than a model in them.
func incomplete(dir fs.FS) string {
	needed := []string{configFile, tokenizerFile}
	if _, err := fs.Stat(dir, weightsFile); err != nil {
		data, err := fs.ReadFile(dir, indexFile)
		if err != nil {
			return weightsFile
		}
		var index struct {
			Where map[string]string `json:"weight_map"`
		}
		if json.Unmarshal(data, &index) != nil {
			return "" // for the reader of weights to complain about
		}
		needed = append(needed, slices.Compact(slices.Sorted(maps.Values(index.Where)))...)
	}
	for _, name := range needed {
		if _, err := fs.Stat(dir, name); err != nil {
			return name
		}
	}
	return ""
}
