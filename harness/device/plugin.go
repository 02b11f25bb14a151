package device

import (
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

// Plugin is an XLA PJRT plugin on disk.
type Plugin struct {
	Name   string `json:"name"`   // "lammps-jax-pjrt-cpu 0.11.2"
	Source string `json:"source"` // what it was installed from
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // of the shared library
	Size   int64  `json:"size"`
}

// ErrNoPlugin says that no plugin is installed.
var ErrNoPlugin = errors.New("no XLA plugin is installed (congrad setup)")

// cacheDir is where plugins are kept.
func cacheDir() (string, error) {
	if dir := os.Getenv("CONGRAD_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's cache: %w (set CONGRAD_CACHE)", err)
	}
	return filepath.Join(dir, "congrad"), nil
}

// recordPath is the file that names the installed plugin. It is written last: without it nothing is installed.
func recordPath() (string, error) {
	dir, err := cacheDir()
	return filepath.Join(dir, "plugin.json"), err
}

// Installed returns the plugin that Setup installed, after checking that the file is still the one that was probed (by
// its size; doctor checks the hash). CONGRAD_PLUGIN names another file in its place.
func Installed() (Plugin, error) {
	if path := os.Getenv("CONGRAD_PLUGIN"); path != "" {
		return given(path)
	}
	path, err := recordPath()
	if err != nil {
		return Plugin{}, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Plugin{}, ErrNoPlugin
	}
	if err != nil {
		return Plugin{}, fmt.Errorf("reading which plugin is installed: %w", err)
	}
	var p Plugin
	if err := json.Unmarshal(data, &p); err != nil {
		return Plugin{}, fmt.Errorf("%s: %w (congrad setup installs it again)", path, err)
	}
	stat, err := os.Stat(p.Path)
	if err != nil {
		return Plugin{}, fmt.Errorf("the installed plugin is gone: %w (congrad setup installs it again)", err)
	}
	if stat.Size() != p.Size {
		return Plugin{}, fmt.Errorf("%s: has %d bytes instead of the installed %d (congrad setup installs it again)", p.Path, stat.Size(), p.Size)
	}
	return p, nil
}

// given describes a plugin that the user named by its path.
func given(path string) (Plugin, error) {
	sum, size, err := hashFile(path)
	if err != nil {
		return Plugin{}, err
	}
	return Plugin{Name: filepath.Base(path), Source: "given by path", Path: path, SHA256: sum, Size: size}, nil
}

// hashFile returns the SHA-256 and the size of a file.
func hashFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
