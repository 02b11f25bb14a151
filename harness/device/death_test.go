package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The reason of a death is found, and nothing else is taken for it. The texts are what "congrad setup probe xla" wrote to stderr with
// broken settings and plugins (lammps-jax-pjrt-cpu 0.11.2, Go 1.26), with paths and traces cut.
func TestDeath(t *testing.T) {
	for file, want := range map[string]string{
		"unknown-flag":     "Unknown flag in XLA_FLAGS: --no_such_flag=1 (correct or unset XLA_FLAGS)",
		"preload-and-flag": "Unknown flag in XLA_FLAGS: --no_such_flag=1 (correct or unset XLA_FLAGS)",
		"flag-value":       "Couldn't interpret value abc for flag xla_cpu_prefer_vector_width. (correct or unset XLA_FLAGS)",
		"flag-file":        `Could not open file "nofile" to read flags`,
		"gomemlimit":       "fatal error: malformed GOMEMLIMIT",
		"ill":              "SIGILL: it uses an instruction that this processor does not have",
		"segv":             "SIGSEGV: it reads memory",
		"abort":            "SIGABRT: it ended the process without a reason",
		"cut":              "SIGBUS: its file is cut",
		"alloc":            "it ran out of memory (std::bad_alloc)",
		"sym":              "sym.so: undefined symbol: no_such_thing",
		"dep":              "dep.so: libgone.so: cannot open shared object file: No such file or directory",
		"t":                "t.so: file too short",
		"no-plugin":        "it is a library, but not a PJRT plugin (it has no GetPjrtApi)",
	} {
		text, err := os.ReadFile(filepath.Join("testdata", "deaths", file+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got := Death(string(text), errors.New("exit status 2"))
		if !strings.Contains(got.Error(), want) || strings.Contains(got.Error(), "WARNING") || strings.Contains(got.Error(), "\n") {
			t.Errorf("%s: %v, want %q", file, got, want)
		}
		if errors.Is(got, ErrEnvironment) != strings.Contains(file, "flag") {
			t.Errorf("%s: taken for a fault of the environment: %v", file, errors.Is(got, ErrEnvironment))
		}
	}
}

func TestDeathInShort(t *testing.T) {
	for _, c := range []struct{ stderr, ended, want string }{
		{"", "exit status 7", "exit status 7, without a message"},
		{"", "signal: killed", "the system killed it, as it does when memory is short"},
		{notice + "\n", "signal: aborted", "signal: aborted, without a message"},
		{"./congrad: error while loading shared libraries: libgone.so: cannot open shared object file", "exit status 127", "error while loading shared libraries: libgone.so"},
		{"./congrad: /lib/libc.so.6: version `GLIBC_2.38' not found (required by ./congrad)", "exit status 1", "version `GLIBC_2.38' not found"},
		{"terminate called after throwing an instance of 'std::runtime_error'\n  what():  no device", "signal: aborted", "no device (std::runtime_error)"},
		{"terminate called after throwing an instance of 'int'", "signal: aborted", "it threw an exception (int)"},
		{"W0000 00:00:1.5 7 a.cc:1] be careful\nE0000 00:00:1.5 7 b.cc:2] it broke", "exit status 1", "it broke"},
		{"LLVM ERROR: out of memory\n", "signal: aborted", "LLVM ERROR: out of memory"},
	} {
		if got := Death(c.stderr, errors.New(c.ended)).Error(); !strings.Contains(got, c.want) {
			t.Errorf("%q, %s: %q, want %q", c.stderr, c.ended, got, c.want)
		}
	}
}

func TestLoadError(t *testing.T) {
	raw := errors.New(`backend "xla":: failed to load PJRT plugin for name "/a/p.so": failed to dynamically load PJRT plugin from "/lib/libc.so.6: version ` + "`GLIBC_2.38'" + ` not found (required by /a/p.so)": "/a/p.so" -- check with ldd`)
	if got := loadError("/a/p.so", raw).Error(); got != "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /a/p.so)" {
		t.Error(got)
	}
}

// Where the environment is the reason, no other plugin is fetched, and what it tells XLA is said before the first; else the error names
// every reason.
func TestSetupNamesTheReason(t *testing.T) {
	t.Setenv("XLA_FLAGS", "--no_such_flag")
	var fetched []string
	plugin := func(name string) source {
		return source{name: name, install: func(_ context.Context, dir string) (string, error) {
			fetched = append(fetched, name)
			path := filepath.Join(dir, "library")
			return path, os.WriteFile(path, nil, 0o755)
		}}
	}
	try := func(reason error) (said []string, err error) {
		fetched = nil
		_, err = first(context.Background(), t.TempDir(), []source{plugin("one"), plugin("two")}, func(string) error { return reason },
			func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
		return said, err
	}
	said, err := try(fmt.Errorf("unknown flag (%w)", ErrEnvironment))
	if err == nil || !strings.Contains(err.Error(), "one: unknown flag (correct or unset XLA_FLAGS)") || len(fetched) != 1 {
		t.Errorf("%v after fetching %v", err, fetched)
	}
	if len(said) == 0 || !strings.Contains(said[0], "XLA_FLAGS=--no_such_flag") {
		t.Errorf("what the environment says is not said first: %q", said)
	}
	if _, err := try(errors.New("SIGILL")); err == nil || !strings.Contains(err.Error(), "one: SIGILL; two: SIGILL") || len(fetched) != 2 {
		t.Errorf("%v after fetching %v", err, fetched)
	}
}

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"XLA_FLAGS", "PJRT_NPROC", "TF_CPP_VMODULE", "GH_TOKEN"} {
		t.Setenv(name, "some")
	}
	t.Setenv("TF_CPP_MIN_LOG_LEVEL", "3") // GoMLX sets it
	got := strings.Join(Environment(), " ")
	for name, want := range map[string]bool{"XLA_FLAGS=some": true, "PJRT_NPROC=some": true, "TF_CPP_VMODULE=some": true, "GH_TOKEN": false, "TF_CPP_MIN": false} {
		if strings.Contains(got, name) != want {
			t.Errorf("%q: %s is listed: %v", got, name, !want)
		}
	}
}

// Flags in a file and options of go-xla change results as flags in the variable do.
func TestFlagsAreThoseThatAct(t *testing.T) {
	file := write(t, "--xla_cpu_enable_fast_math=true\n--xla_cpu_ftz=false\n")
	t.Setenv("XLA_FLAGS", file)
	if got := flags(); got != "--xla_cpu_enable_fast_math=true --xla_cpu_ftz=false" {
		t.Errorf("a file: %q", got)
	}
	t.Setenv("XLA_FLAGS", "--xla_cpu_ftz=false")
	t.Setenv("XLA_DEBUG_OPTIONS", "xla_cpu_enable_fast_math: true")
	if got := flags(); got != "--xla_cpu_ftz=false XLA_DEBUG_OPTIONS=xla_cpu_enable_fast_math: true" {
		t.Errorf("options: %q", got)
	}
}
