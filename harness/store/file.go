package store

import (
	"fmt"
	"path/filepath"

	"congrad/harness/disk"
)

// WriteFile writes a file whole or not at all, and flushes it and its folder. Folders on the way are made.
func WriteFile(path string, data []byte) error {
	return disk.Write(disk.Machine{}, path, disk.Bytes(data))
}

// OpenLog opens a file that lines are appended to. A log is for people: unlike everything else it may end in the middle of a
// line.
func OpenLog(path string) (disk.File, error) {
	f := disk.Machine{}
	if err := disk.MkdirAll(f, filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	file, err := f.Append(path)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	return file, nil
}
