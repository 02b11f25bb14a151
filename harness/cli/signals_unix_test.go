//go:build unix

package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every signal that ends a call cancels it, with an exit code that says which it was; SIGQUIT says where the program was, too.
func TestEndingSignals(t *testing.T) {
	for s, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGQUIT: 131, syscall.SIGUSR1: 128 + int(syscall.SIGUSR1)} {
		ctx, end := interruptible()
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
			t.Fatalf("%v cancels nothing", s)
		}
		var cause stopped
		if !errors.As(context.Cause(ctx), &cause) || cause.code() != want || strings.Contains(cause.stacks, "TestEndingSignals") != (s == syscall.SIGQUIT) {
			t.Errorf("%v: cause %v with code %d, want %d; stacks %.40q", s, context.Cause(ctx), cause.code(), want, cause.stacks)
		}
		end()
	}
}

// A scheduler's warning, a closed terminal and SIGQUIT end a training within a step, and leave what it had; the same command goes on.
func TestSignalsSaveATraining(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs a study that is stopped again and again")
	}
	dir, congrad := t.TempDir(), program(t)
	file := filepath.Join(dir, "long.toml")
	long := strings.NewReplacer(`name = "apart"`, `name = "long"`, "iterations = 2", "iterations = 1", "[train]", "[train]\nepochs = 200", "per_language = 2", "per_language = 4").Replace(apart)
	if err := os.WriteFile(file, []byte(long), 0o644); err != nil {
		t.Fatal(err)
	}
	saved := func() (files int) {
		err := filepath.WalkDir(filepath.Join(dir, "runs", ".store"), func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && strings.HasPrefix(filepath.Base(filepath.Dir(path)), "part-") && e.Name() != "cost.json" {
				files++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGQUIT} {
		c := exec.Command(congrad, "run", file, "--device", "go", "--jobs", "1")
		c.Dir = dir
		errs, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		waiting := make(chan struct{})
		go func() {
			defer close(waiting)
			_, _ = io.Copy(&said, bufio.NewReader(errs))
		}()
		for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) { // the training has begun as soon as its cost is noted
			if training(dir) {
				break
			}
			if time.Since(begun) > 5*time.Minute {
				t.Fatal("no training begins")
			}
		}
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		<-waiting
		err = c.Wait()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() != 128+int(s) || !strings.Contains(said.String(), "stopped. Finished work is kept; to continue: congrad run ") {
			t.Errorf("%v: %v\n%s", s, err, said.String())
		}
		if strings.Contains(said.String(), "goroutine ") != (s == syscall.SIGQUIT) {
			t.Errorf("%v: stacks are for SIGQUIT alone", s)
		}
		if saved() == 0 {
			t.Errorf("%v: the training left nothing", s)
		}
	}
}

// training reports whether a training of a run is at work.
func training(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, "runs", ".store", "part-*", "cost.json"))
	for _, f := range found {
		key := strings.TrimPrefix(filepath.Base(filepath.Dir(f)), "part-")
		plan, err := os.ReadFile(filepath.Join(dir, "runs", "long", "plan.json"))
		if err != nil {
			return false
		}
		if _, behind, ok := strings.Cut(string(plan), `"key": "`+key+`"`); ok {
			kind, _, _ := strings.Cut(behind, `"version"`)
			if strings.Contains(kind, `"kind": "train"`) {
				return true
			}
		}
	}
	return false
}
