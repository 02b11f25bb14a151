package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/cli/shell"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// A run that goes on with another number of threads says so, and how to keep what is done; one without finished stages, or with the same
// number, says nothing.
func TestThreadsAreNoted(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(filepath.Join(dir, ".store"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, err := stage.New("train", 1, nil, "xla 12 threads 16", nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := stage.Plan{Stages: []*stage.Stage{s}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "tiny")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	note := func(folder, now string) string {
		var out bytes.Buffer
		a := &app{App: &shell.App{Err: &out}}
		a.noteThreads(run.Folder(folder), &workplace{store: st, bench: &bench.Bench{Device: now}})
		return out.String()
	}
	if got := note(folder, "xla 12 threads 4"); got != "" {
		t.Errorf("no stage is done: %q", got)
	}
	meta := store.Meta{Kind: s.Kind, Version: s.Version, Settings: s.Settings, Device: s.Device}
	if err := st.Put(string(s.Key), meta, map[string][]byte{"file": nil}); err != nil {
		t.Fatal(err)
	}
	if got := note(folder, "xla 12 threads 4"); !strings.Contains(got, "planned with 16 threads") || !strings.Contains(got, "PJRT_NPROC=16") {
		t.Errorf("other threads: %q", got)
	}
	for _, now := range []string{"xla 12 threads 16", "go, gomlx v0.26.0"} {
		if got := note(folder, now); got != "" {
			t.Errorf("%s: %q", now, got)
		}
	}
	if got := note(filepath.Join(dir, "none"), "xla 12 threads 4"); got != "" {
		t.Errorf("no plan: %q", got)
	}
}
