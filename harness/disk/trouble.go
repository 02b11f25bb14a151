package disk

import (
	"errors"
	"io/fs"
	"syscall"
)

// IsFull reports whether a write failed because the disk, or the user's part of it, is full.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// IsUnwritable reports whether a write failed because nothing may be written there.
func IsUnwritable(err error) bool {
	var write *WriteError
	var at *fs.PathError
	denied := errors.As(err, &write) || errors.As(err, &at) && at.Op == "mkdir" // reading may be denied, too
	return errors.Is(err, syscall.EROFS) || denied && errors.Is(err, fs.ErrPermission)
}

// Where is the path that an error is about; empty if it does not say.
func Where(err error) string {
	var write *WriteError
	if errors.As(err, &write) {
		return write.Path
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Path
	}
	return ""
}
