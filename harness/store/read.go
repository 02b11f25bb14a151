package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Read opens the store at root for reading. It takes no lock and writes nothing, so it waits for nobody and the disk may be read-only;
// what another process is storing meanwhile is seen once it is whole.
func Read(root string) (*Store, error) {
	data, err := os.ReadFile(filepath.Join(root, "format"))
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	if there := strings.TrimSpace(string(data)); there != format {
		return nil, fmt.Errorf("the store %s has format %s, this congrad reads format %s", root, there, format)
	}
	return &Store{root: root, lock: flock.New(filepath.Join(root, "lock"))}, nil
}
