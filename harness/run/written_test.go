package run

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A run that trains nothing has no figures: what it did write is hashed all the same.
func TestWrittenWithoutFigures(t *testing.T) {
	f := Folder(t.TempDir())
	if err := os.MkdirAll(f.path("records"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plan.json", filepath.Join("records", "pairs.jsonl")} {
		if err := os.WriteFile(f.path(name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sums, err := f.Written()
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(sums)); !slices.Equal(got, []string{"plan.json", "records/pairs.jsonl"}) {
		t.Errorf("hashed %v", got)
	}
}
