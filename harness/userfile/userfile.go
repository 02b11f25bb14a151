// Package userfile opens the files that a user names: regular ones only, up to a size, and text in UTF-8. A pipe or a device would
// hold the program up for ever, and a file of another encoding gives an error for each of its lines.
package userfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Open opens a regular file. Errors name the path and keep what errors.Is asks for.
func Open(path string) (*os.File, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, Worded(path, err)
	}
	if what := irregular(stat.Mode()); what != "" {
		return nil, fmt.Errorf("%s: is %s; want a regular file", path, what)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, Worded(path, err)
	}
	return f, nil
}

// Read reads a regular file of at most a number of bytes.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded(f, path, most)
}

// ReadIn reads a regular file of a folder, of at most a number of bytes. Errors carry the name alone: who calls knows the folder.
func ReadIn(dir fs.FS, name string, most int64) ([]byte, error) {
	stat, err := fs.Stat(dir, name) // to open a pipe is to wait for its writer
	if err != nil {
		return nil, Worded(name, err)
	}
	if what := irregular(stat.Mode()); what != "" {
		return nil, fmt.Errorf("%s: is %s; want a regular file", name, what)
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, Worded(name, err)
	}
	defer f.Close()
	return bounded(f, name, most)
}

func bounded(f io.Reader, name string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, Worded(name, err)
	case int64(len(data)) > most:
		return nil, fmt.Errorf("%s: has more than %d MB", name, most>>20)
	}
	return data, nil
}

// irregular names what is not a file of bytes; empty for one that is.
func irregular(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	case !m.IsRegular():
		return "a special file"
	}
	return ""
}

// worded is an error whose text names a path once and no system call.
type worded struct {
	text string
	err  error
}

func (w worded) Error() string { return w.text }
func (w worded) Unwrap() error { return w.err }

// Worded says what a system call's error says about a path, without the name of the call.
func Worded(path string, err error) error {
	reason := err
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		reason = p.Err
	}
	text := reason.Error()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = "no such file"
	case errors.Is(err, fs.ErrPermission):
		text = "no permission to read it"
	case errors.Is(err, syscall.ENAMETOOLONG):
		text = "the name is too long for the file system"
	}
	return worded{path + ": " + text, err}
}

// Encoding names what the first bytes of a text show its encoding to be, if that is not UTF-8; else it is empty.
func Encoding(head []byte) string {
	head = head[:min(len(head), 1<<10)]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return "UTF-32 text"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16 text"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "compressed (gzip)"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "a zip archive"
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "a Parquet file"
	}
	zeros := [2]int{} // of the bytes at even and odd places: ASCII in UTF-16 has one of each two zero
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch n := len(head) / 2; {
	case n > 0 && max(zeros[0], zeros[1]) > n*3/4 && min(zeros[0], zeros[1]) < n/4:
		return "UTF-16 text without a mark"
	case zeros[0]+zeros[1] > 0:
		return "binary, not text"
	}
	return ""
}
