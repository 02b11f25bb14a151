package userfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, file := filepath.Join(dir, "pipe"), filepath.Join(dir, "file")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir: "is a folder", pipe: "is a pipe", "/dev/zero": "is a device", dir + "/none": "none: no such file", dir + "/" + strings.Repeat("x", 300): "the name is too long for the file system",
	} {
		if _, err := Read(path, 1<<30); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	if _, err := Read(dir+"/none", 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	if data, err := Read(file, 1<<20); err != nil || len(data) != 1<<20 {
		t.Errorf("a file at the bound: %d bytes, %v", len(data), err)
	}
	if _, err := Read(file, 1<<20-1); err == nil || !strings.Contains(err.Error(), "has more than") {
		t.Errorf("a file above the bound: %v", err)
	}
}

func TestEncoding(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "", "name = \"日本\"\n": "", "\ufeffname": "", "\xff\xfea\x00": "UTF-16 text", "\xfe\xff\x00a": "UTF-16 text", "\xff\xfe\x00\x00a\x00\x00\x00": "UTF-32 text",
		"n\x00a\x00m\x00e\x00 \x00": "UTF-16 text without a mark", "\x00n\x00a\x00m\x00e": "UTF-16 text without a mark", "a\x00bcdefgh": "binary, not text", "PK\x03\x04": "a zip archive", "\x1f\x8b\x08": "compressed (gzip)",
	} {
		if got := Encoding([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
