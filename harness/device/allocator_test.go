//go:build cgo && linux

package device

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestAllocatorChild is the child process of TestTuneAllocator, and nothing by itself.
func TestAllocatorChild(t *testing.T) {
	if flag.Arg(0) != "child" {
		t.Skip("runs as a child process of another test")
	}
	TuneAllocator()
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	now, ok := os.LookupEnv(tunablesVariable)
	_, marked := os.LookupEnv("CONGRAD_ALLOCATOR")
	fmt.Printf("now %q %v, marked %v, pid %d, read %q, says %q\n", now, ok, marked, os.Getpid(), in, Allocator())
	os.Exit(3)
}

// A process starts again once, with the setting; it has its streams, its arguments, its number and its exit code, and the programs that
// it starts have its environment.
func TestTuneAllocator(t *testing.T) {
	if untuned(hugePages()) != "" {
		t.Skip(untuned(hugePages()))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env               []string
		now, marked, says string
	}{
		{nil, `"" false`, "false", tunable},
		{[]string{"GLIBC_TUNABLES=glibc.malloc.check=0"}, `"glibc.malloc.check=0" true`, "false", tunable},
		{[]string{"GLIBC_TUNABLES=glibc.malloc.hugetlb=0"}, `"glibc.malloc.hugetlb=0" true`, "false", "as the system has it: GLIBC_TUNABLES sets glibc.malloc.hugetlb"},
		{[]string{"CONGRAD_ALLOCATOR=system"}, `"" false`, "true", "as the system has it: CONGRAD_ALLOCATOR is system"},
		// the setting was lost on the way, as in a program with more rights than its user: it does not start again and again
		{[]string{"CONGRAD_ALLOCATOR=" + restarted}, `"" false`, "false", "as the system has it: the program could not be started again"},
	} {
		child := exec.Command(self, "-test.run=^TestAllocatorChild$", "child")
		child.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool {
			return strings.HasPrefix(e, tunablesVariable+"=") || strings.HasPrefix(e, "CONGRAD_ALLOCATOR=")
		}), c.env...)
		child.Stdin = strings.NewReader("typed")
		var out bytes.Buffer
		child.Stdout = &out
		var ended *exec.ExitError
		if err := child.Run(); !errors.As(err, &ended) || ended.ExitCode() != 3 {
			t.Errorf("%v: ended with %v instead of exit code 3", c.env, err)
		}
		want := fmt.Sprintf("now %s, marked %s, pid %d, read \"typed\", says %q", c.now, c.marked, child.Process.Pid, c.says)
		if got := strings.TrimSpace(out.String()); !strings.HasPrefix(got, strings.TrimSuffix(want, `"`)) {
			t.Errorf("%v:\n got %s\nwant %s", c.env, got, want)
		}
	}
}

func TestUntuned(t *testing.T) {
	t.Setenv("CONGRAD_ALLOCATOR", "")
	t.Setenv(tunablesVariable, "")
	for pages, want := range map[string]bool{"always [madvise] never\n": false, "[always] madvise never\n": false, "always madvise [never]\n": true, "": true} {
		if got := untuned(pages) != ""; got != want {
			t.Errorf("%q: left as it is is %v, want %v", pages, got, want)
		}
	}
}
