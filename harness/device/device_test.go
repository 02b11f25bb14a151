package device

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	t.Setenv("CONGRAD_CACHE", t.TempDir())
	t.Setenv("CONGRAD_PLUGIN", "")
	for choice, want := range map[string]string{
		"cude":       `device "cude": no such device or file; give auto, xla, go, or the path of a PJRT plugin`,
		"CUDA:0":     `device "CUDA:0": an accelerator has no name of its own here: give the path of its PJRT plugin`,
		"cpu":        `device "cpu": xla computes on the processor`,
		"XLA":        `device "XLA": write xla`,
		"/bin/ls":    `device "/bin/ls": is not a PJRT plugin: its name does not end in .so or .dylib`,
		"/bin":       `device "/bin": is not a PJRT plugin: it is a folder`,
		"":           `device ""`,
		"missing.so": "starting XLA",
		"xla":        "starting XLA: ",
	} {
		if _, _, err := Open(choice); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", choice, err, want)
		}
	}
}

// Without a plugin the pure-Go backend runs and says why; asked for by name it has nothing to explain.
func TestFallback(t *testing.T) {
	t.Setenv("CONGRAD_CACHE", t.TempDir())
	t.Setenv("CONGRAD_PLUGIN", "")
	_, info, err := Open("auto")
	if err != nil || info.Name != "go" || info.Why == "" || info.String() != "pure Go" {
		t.Errorf("auto without a plugin: %+v, %v", info, err)
	}
	_, info, err = Open("go")
	if err != nil || info.Name != "go" || info.Why != "" {
		t.Errorf("go: %+v, %v", info, err)
	}
}

func TestFlagsAreNoted(t *testing.T) {
	t.Setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
	if i := xlaInfo(Plugin{}); i.Name != "xla" || i.Flags != "--xla_cpu_enable_fast_math=true" {
		t.Errorf("%+v", i)
	}
	if _, i, err := Open("go"); err != nil || i.Flags != "" {
		t.Errorf("the pure-Go backend: %+v, %v", i, err)
	}
}

func TestInstalledPlugin(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("CONGRAD_CACHE", cache)
	t.Setenv("CONGRAD_PLUGIN", "")
	if _, err := Installed(); !errors.Is(err, ErrNoPlugin) {
		t.Errorf("an empty cache: %v", err)
	}
	library := filepath.Join(cache, "plugin.so")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(library, "machine code")
	p, err := given(library)
	if err != nil {
		t.Fatal(err)
	}
	if err := record(p); err != nil {
		t.Fatal(err)
	}
	if got, err := Installed(); err != nil || got != p || got.Verify() != nil {
		t.Errorf("the installed plugin: %+v, %v", got, err)
	}
	write(library, "machine c0de") // of the same size: only the hash shows it
	if got, err := Installed(); err != nil || got.Verify() == nil {
		t.Errorf("a changed library passes verification: %v", err)
	}
	write(library, "machine")
	if _, err := Installed(); err == nil || !strings.Contains(err.Error(), "has 7 bytes instead of the installed 12") {
		t.Errorf("a cut library: %v", err)
	}
	os.Remove(library)
	if _, err := Installed(); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("a library that is gone: %v", err)
	}
	write(filepath.Join(cache, "plugin.json"), "{")
	if _, err := Installed(); err == nil || !strings.Contains(err.Error(), "congrad setup installs it again") {
		t.Errorf("a damaged record: %v", err)
	}
	t.Setenv("CONGRAD_PLUGIN", library)
	if _, err := Installed(); err == nil {
		t.Error("a plugin given by the environment that does not exist is accepted")
	}
}

// A source whose library is not the pinned one is refused, and its file removed; a good one is fetched once.
func TestFetch(t *testing.T) {
	calls := 0
	install := func(_ context.Context, dir string) (string, error) {
		calls++
		path := filepath.Join(dir, "library")
		return path, os.WriteFile(path, []byte("machine code"), 0o755)
	}
	good := source{"good 1", install, "8347a0b3c5dbbc8d8dd5e0b3a1a5cd9db2c4f8aa02b7a39ae7ee2b1b2a4bb5ee"}
	sum, _, err := hashFile(write(t, "machine code"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "bad")
	if _, err := good.fetch(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "instead of the pinned 8347") {
		t.Errorf("a wrong hash: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "plugin.so")); !os.IsNotExist(err) {
		t.Error("the refused library stays")
	}
	good.sha256 = sum
	dir = filepath.Join(t.TempDir(), "good")
	calls = 0
	for range 2 {
		p, err := good.fetch(context.Background(), dir)
		if err != nil || p.SHA256 != sum || p.Name != "good 1" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	if calls != 1 {
		t.Errorf("it was fetched %d times", calls)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugin.so"), []byte("machine"), 0o755); err != nil {
		t.Fatal(err)
	}
	if p, err := good.fetch(context.Background(), dir); err != nil || p.SHA256 != sum || calls != 2 {
		t.Errorf("a cut library of an earlier call: %+v, %v, fetched %d times", p, err, calls)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "new-*")); len(left) != 0 {
		t.Errorf("%v was left behind", left)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Devices differ in their fingerprint if anything that changes rounding differs.
func TestKey(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range []Info{
		{Name: "go", Version: "v0.26.0"},
		{Name: "go", Version: "v0.27.0"},
		{Name: "xla", Plugin: Plugin{SHA256: "1234"}},
		{Name: "xla", Plugin: Plugin{SHA256: "5678"}},
		{Name: "xla", Plugin: Plugin{SHA256: "1234"}, Flags: "--xla_cpu_enable_fast_math=true"},
		{Name: "xla", Plugin: Plugin{SHA256: "1234"}, Threads: 4},
		{Name: "xla", Plugin: Plugin{SHA256: "1234"}, Threads: 16},
	} {
		key := i.Key()
		if seen[key] {
			t.Errorf("%q stands for two devices", key)
		}
		seen[key] = true
	}
}
