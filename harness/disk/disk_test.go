package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/disk"
	"congrad/harness/disk/faulty"
)

// A file is written under another name, flushed, renamed, and its folder is flushed: in this order, or a power cut leaves less.
func TestOrderOfAWrite(t *testing.T) {
	root := t.TempDir()
	d := faulty.New(root, nil)
	if err := disk.Write(d, filepath.Join(root, "a", "b"), disk.Bytes([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	want := []string{"mkdir a", "syncdir .", "create a/.congrad-new-b", "write a/.congrad-new-b", "sync a/.congrad-new-b", "rename a/b", "syncdir a"}
	var got []string
	for _, op := range d.Ops() {
		got = append(got, op.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// Whatever operation of a write fails, and however, the file is the old one or the new one; if the write reported no error it is the
// new one, after a power cut too.
func TestFilesAreOldOrNew(t *testing.T) {
	faults := []faulty.Fault{faulty.IO, faulty.NoSpace, faulty.ReadOnly, faulty.Short, faulty.CrashBefore, faulty.CrashAfter, faulty.Torn}
	for _, fault := range faults {
		for at := 0; ; at++ {
			root := t.TempDir()
			path := filepath.Join(root, "f")
			begun := -1
			d := faulty.New(root, func(n int, _ faulty.Op) faulty.Fault {
				if begun >= 0 && n == begun+at {
					return fault
				}
				return faulty.None
			})
			if err := disk.Write(d, path, disk.Bytes([]byte("old"))); err != nil {
				t.Fatal(err)
			}
			begun = len(d.Ops())
			err := disk.Write(d, path, disk.Bytes([]byte("a new one")))
			if len(d.Ops()) <= begun+at {
				break // every operation was failed once
			}
			after := t.TempDir()
			if err := d.PowerCut(after, faulty.Zeros); err != nil {
				t.Fatal(err)
			}
			for _, where := range []string{path, filepath.Join(after, "f")} {
				data, _ := os.ReadFile(where)
				if string(data) != "a new one" && (err == nil || string(data) != "old") {
					t.Errorf("fault %d of operation %d (%v): %s is %q", fault, at, err, where, data)
				}
			}
			if err == nil {
				t.Errorf("fault %d of operation %d was not reported", fault, at)
			}
			if err := disk.Write(disk.Machine{}, path, disk.Bytes([]byte("again"))); err != nil {
				t.Errorf("what fault %d of operation %d left is in the way: %v", fault, at, err)
			}
		}
	}
}

// A loose file is written without flushing.
func TestLooseFilesAreNotFlushed(t *testing.T) {
	root := t.TempDir()
	d := faulty.New(root, nil)
	path := filepath.Join(root, "f")
	if err := disk.WriteLoose(d, path, disk.Bytes([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	for _, op := range d.Ops() {
		if strings.HasPrefix(op.Kind, "sync") {
			t.Errorf("%v", op)
		}
	}
}

// Sweeping removes what a kill left, in subfolders too, and nothing else; it does not follow links.
func TestSweep(t *testing.T) {
	root, elsewhere := t.TempDir(), t.TempDir()
	left := filepath.Join(elsewhere, ".congrad-new-theirs")
	for _, f := range []string{"a/.congrad-new-x", ".congrad-new-folder/deep", "a/mine", ".congrad"} {
		if err := disk.Write(disk.Machine{}, filepath.Join(root, f), disk.Bytes(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(left, nil, 0o644), os.Symlink(elsewhere, filepath.Join(root, "link"))); err != nil {
		t.Fatal(err)
	}
	if err := disk.Sweep(disk.Machine{}, root); err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		names = append(names, strings.TrimPrefix(path, root))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names, " "); got != " /.congrad /a /a/mine /link" {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat(left); err != nil {
		t.Error("a link was followed")
	}
	if err := disk.Sweep(disk.Machine{}, filepath.Join(root, "nothing")); err != nil {
		t.Error(err)
	}
}
