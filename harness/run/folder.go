package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"congrad/harness/record"
)

// Folder is where a run's files are, runs/<experiment>.
type Folder string

// Records are the run's records.
func (f Folder) Records() fs.FS { return os.DirFS(f.path("records")) }

// Load reads the run's records.
func (f Folder) Load() (*record.Set, error) {
	set, err := record.Load(f.Records())
	if err != nil {
		return nil, fmt.Errorf("%s: %w (congrad run makes the records again)", f.path("records"), err)
	}
	return set, nil
}

// left are the files and folders that a finished run leaves.
var left = []string{"records", "tables", "figures", "report.md", "report.html"}

// HasResults reports whether the folder holds results of any run.
func (f Folder) HasResults() bool {
	for _, name := range left {
		if _, err := os.Lstat(f.path(name)); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

func (f Folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }
