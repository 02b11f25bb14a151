package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"congrad/harness/disk"
)

// recordSum is the length of a record's checksum: 16 hexadecimal digits of SHA-256.
const recordSum = 16

// sealRecord is a line of a log: the checksum of a text in its scope, and the text, which has no newline.
func sealRecord(scope string, text []byte) (line []byte, sum string) {
	sum = sealOf(scope, text)[:recordSum]
	return fmt.Appendf(nil, "%s %s\n", sum, text), sum
}

// openRecord returns the text of a line; false where any byte of the line is another.
func openRecord(scope string, line []byte) (text []byte, sum string, ok bool) {
	if len(line) < recordSum+2 {
		return nil, "", false
	}
	text = line[recordSum+1 : len(line)-1]
	whole, sum := sealRecord(scope, text)
	return text, sum, bytes.Equal(line, whole)
}

// flushEvery is how much of a log's time a power cut may cost. Flushing takes milliseconds, and a record may take less.
const flushEvery = time.Second

// log is a file that records are appended to.
type log struct {
	file    disk.File
	flushed time.Time
	torn    bool // a write failed, and may have left a part of a record
}

// openLog opens the log at path for appending; its folder is made.
func openLog(f disk.FS, path string) (*log, error) {
	if err := disk.MkdirAll(f, filepath.Dir(path)); err != nil {
		return nil, err
	}
	_, missing := os.Stat(path)
	file, err := f.Append(path)
	if err == nil && missing != nil {
		err = f.SyncDir(filepath.Dir(path))
	}
	return &log{file: file, flushed: time.Now()}, err
}

// append adds a line in one write. A kill loses nothing of it; a power cut loses the lines of the last second.
func (l *log) append(line []byte) error {
	if l.torn {
		line = append([]byte{'\n'}, line...)
	}
	_, err := l.file.Write(line)
	if l.torn = err != nil; l.torn {
		return err
	}
	if time.Since(l.flushed) < flushEvery {
		return nil
	}
	l.flushed = time.Now()
	return l.file.Sync()
}

// close flushes the log and ends the writing.
func (l *log) close() error {
	err := l.file.Sync()
	if wrong := l.file.Close(); err == nil {
		err = wrong
	}
	return err
}
