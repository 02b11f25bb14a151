package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"congrad/harness/disk"
	"congrad/harness/exit"
	"congrad/harness/store"
)

// A run whose folder another process holds ends at once, with a line that names the process, or waits for it. Who only reads waits for
// nobody, and gc --yes for all.
func TestSharing(t *testing.T) {
	runs := t.TempDir()
	file := filepath.Join(t.TempDir(), "little.toml")
	if err := os.WriteFile(file, []byte(little), 0o644); err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) (code int, errs string) {
		var o, e bytes.Buffer
		code = Main(append(args, "--device", "go", "--runs", runs), strings.NewReader(""), &o, &e)
		return code, e.String()
	}
	st, err := store.Open(filepath.Join(runs, ".store"))
	if err != nil {
		t.Fatal(err)
	}
	release, err := st.HoldRun("little") // the lock is a file's, so another process's would be no different
	if err != nil {
		t.Fatal(err)
	}
	code, errs := call("run", file, "--prepare")
	if code != exit.Busy || !strings.Contains(errs, "the run little is in use by ") || !strings.Contains(errs, fmt.Sprintf("(process %d on ", os.Getpid())) {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if code, errs := call("gc", "--yes"); code != exit.Busy {
		t.Errorf("gc --yes next to a run: exit code %d, %s", code, errs)
	}
	for _, args := range [][]string{{"run", file, "--dry-run"}, {"gc"}, {"ls", "runs"}, {"verify"}} {
		if code, errs := call(args...); code != 0 {
			t.Errorf("%v next to a run: exit code %d, %s", args, code, errs)
		}
	}
	time.AfterFunc(100*time.Millisecond, func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	if code, errs := call("run", file, "--prepare", "--wait"); code != 0 {
		t.Errorf("with --wait: exit code %d, %s", code, errs)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if code, errs := call("gc", "--yes"); code != 0 {
		t.Errorf("gc --yes alone: exit code %d, %s", code, errs)
	}
}

// What a disk refuses has an exit code and one line.
func TestTroubleWithDisks(t *testing.T) {
	for err, want := range map[error]int{
		&disk.WriteError{Path: "runs/x", Err: syscall.ENOSPC}: exit.Full,
		&disk.WriteError{Path: "runs/x", Err: syscall.EDQUOT}: exit.Full,
		&disk.WriteError{Path: "runs/x", Err: syscall.EROFS}:  exit.Unwritable,
		&disk.WriteError{Path: "runs/x", Err: syscall.EACCES}: exit.Unwritable,
	} {
		line, code := trouble(fmt.Errorf("training: %w", err))
		if code != want || !strings.Contains(line, "runs/x") || strings.Contains(line, "\n") {
			t.Errorf("%v: exit code %d, %s", err, code, line)
		}
	}
}
