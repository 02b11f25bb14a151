package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFoldersAreWholeOrAbsent(t *testing.T) {
	dir := t.TempDir()
	write := func(path string, last error) error {
		return WriteFolder(path, func(add func(string, func(io.Writer) error) error) error {
			text := func(s string, err error) func(io.Writer) error {
				return func(w io.Writer) error {
					_, wrong := io.WriteString(w, s)
					return errors.Join(wrong, err)
				}
			}
			if err := add("a", text("one", nil)); err != nil {
				return err
			}
			return add("b", text("two", last))
		})
	}
	list := func() string {
		var names []string
		if err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			names = append(names, strings.TrimPrefix(path, dir))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(names, " ")
	}
	out := filepath.Join(dir, "x", "out")
	if err := write(out, errors.New("no space")); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("%v", err)
	}
	if got := list(); got != " /x" {
		t.Errorf("a failure left %q", got)
	}
	for _, empty := range []bool{false, true} { // nothing in its place, or an empty folder
		if empty {
			if err := os.Mkdir(out, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := write(out, nil); err != nil {
			t.Fatal(err)
		}
		if got := list(); got != " /x /x/out /x/out/a /x/out/b" {
			t.Errorf("%q", got)
		}
		if err := write(out, nil); err == nil || !strings.Contains(err.Error(), "is not empty (a and 1 more)") {
			t.Errorf("over a full folder: %v", err)
		}
		if text, err := os.ReadFile(filepath.Join(out, "b")); err != nil || string(text) != "two" {
			t.Errorf("%q, %v", text, err)
		}
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(out, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(out, nil); err == nil || !strings.Contains(err.Error(), "in the way") {
		t.Errorf("over a file: %v", err)
	}
}
