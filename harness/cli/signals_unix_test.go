//go:build unix

package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
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
	long := strings.NewReplacer(`name = "apart"`, `name = "long"`, "iterations = 2", "iterations = 1", "[train]", "[batch]\nsave_seconds = 2\n\n[train]\nepochs = 1000", "per_language = 2", "per_language = 4").Replace(apart)
	if err := os.WriteFile(file, []byte(long), 0o644); err != nil {
		t.Fatal(err)
	}
	saved := func() (last time.Time) { // when a training was last saved
		found, err := filepath.Glob(filepath.Join(dir, "runs", ".store", "part-*", "checkpoint-*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if info, err := os.Stat(name); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
		return last
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
		for begun := time.Now(); !saved().After(begun); time.Sleep(20 * time.Millisecond) { // until this call trains
			if time.Since(begun) > 5*time.Minute {
				t.Fatal("no training begins")
			}
		}
		time.Sleep(500 * time.Millisecond) // into the next interval between checkpoints, so that what is saved now is saved for the signal
		before := time.Now()
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
		if !saved().After(before) {
			t.Errorf("%v: the training left nothing", s)
		}
	}
}
