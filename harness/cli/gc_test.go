package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/stage"
	"congrad/harness/store"
)

// What a stopped run left goes like an artefact does: once no plan refers to it, and never while a run is at work.
func TestGCDropsOrphanedScratch(t *testing.T) {
	runs := t.TempDir()
	root := filepath.Join(runs, ".store")
	write := func(path, text string) {
		t.Helper()
		if err := store.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	gc := func(flags ...string) (code int, out, errs string) {
		var o, e bytes.Buffer
		code = Main(append([]string{"gc", "--runs", runs}, flags...), strings.NewReader(""), &o, &e)
		return code, o.String(), e.String()
	}
	scratch := func(key string) string { return filepath.Join(root, "part-"+key, "units.log") }
	write(scratch("wanted"), "1\n")
	write(scratch("orphan"), "1\n")

	// the plan of a run that is at work is not read: it may be about to change
	st, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(runs, "x", "plan.json"), "unreadable")
	if code, _, errs := gc(); code == 0 || !strings.Contains(errs, "in use") {
		t.Errorf("beside a run: exit code %d, %s", code, errs)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}

	// nor is that of another version, whose stages may be wanted
	write(filepath.Join(runs, "x", "plan.json"), `[{"stage": "x", "key": "wanted", "kind": "train"}]`)
	if code, _, errs := gc(); code == 0 || !strings.Contains(errs, "plan.json has format 1, from another version of congrad") {
		t.Errorf("with another version's plan: exit code %d, %s", code, errs)
	}
	plan, err := stage.Plan{Stages: []*stage.Stage{{Key: "wanted", Kind: "train", Settings: []byte("{}")}}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(runs, "x", "plan.json"), string(plan))
	const text = "0 of 0 artefacts and 1 unfinished stages, 0.0 MB\n"
	if _, out, _ := gc("--dry-run"); out != "would remove "+text {
		t.Error(out)
	}
	if _, out, _ := gc(); out != "removed "+text {
		t.Error(out)
	}
	for key, want := range map[string]bool{"wanted": true, "orphan": false} {
		if _, err := os.Stat(scratch(key)); (err == nil) != want {
			t.Errorf("the scratch of %s: %v", key, err)
		}
	}
}
