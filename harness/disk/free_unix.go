//go:build linux || darwin

package disk

import (
	"os"
	"path/filepath"
	"syscall"
)

// Free is the space in bytes that is left to this user on the disk of a folder, or of the first one above it that is there; false where
// that is not known.
func Free(folder string) (int64, bool) {
	for {
		if _, err := os.Stat(folder); err == nil || filepath.Dir(folder) == folder {
			break
		}
		folder = filepath.Dir(folder)
	}
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
