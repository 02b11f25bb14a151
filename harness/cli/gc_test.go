package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congrad/harness/exit"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// gcAt is a folder of runs, and the program's gc in it.
type gcAt struct {
	*testing.T
	runs string
}

func (g gcAt) gc(flags ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(append([]string{"gc", "--runs", g.runs}, flags...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func (g gcAt) write(path, text string) {
	g.Helper()
	if err := store.WriteFile(filepath.Join(g.runs, path), []byte(text)); err != nil {
		g.Fatal(err)
	}
}

// plan leaves a run's plan of stages with these keys.
func (g gcAt) plan(folder string, keys ...string) {
	g.Helper()
	var stages []*stage.Stage
	for _, key := range keys {
		stages = append(stages, &stage.Stage{Key: stage.Ref(key), Kind: "train", Settings: []byte("{}")})
	}
	plan, err := stage.Plan{Stages: stages}.Marshal()
	if err != nil {
		g.Fatal(err)
	}
	g.write(filepath.Join(folder, "plan.json"), string(plan))
}

// there lists the keys that the store still has anything of.
func (g gcAt) there() []string {
	g.Helper()
	st, err := store.Read(filepath.Join(g.runs, ".store"))
	if err != nil {
		g.Fatal(err)
	}
	keys, err := st.Keys()
	if err != nil {
		g.Fatal(err)
	}
	return slices.DeleteFunc(keys, func(name string) bool { return !store.IsKey(name) })
}

// keyOf is a made-up key.
func keyOf(digit string) string { return strings.Repeat(digit, 32) }

// What a stopped run left goes like an artefact does: once no run wants it, never while a run is at work, and into the trash first.
func TestGCDropsOrphanedScratch(t *testing.T) {
	g := gcAt{t, t.TempDir()}
	if code, out, _ := g.gc(); code != 0 || out != g.runs+" has no store yet\n" {
		t.Errorf("without a store: exit code %d, %s", code, out)
	}
	root, wanted, orphan := filepath.Join(g.runs, ".store"), keyOf("a"), keyOf("b")
	st, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	g.write(".store/part-"+wanted+"/units.jsonl", "1\n")
	g.write(".store/part-"+orphan+"/units.jsonl", "1\n")
	g.write(".store/notes/mine.txt", "the user's")

	// the plan of a run that is at work is not read: it may be about to change
	g.write("x/plan.json", "unreadable")
	if code, _, errs := g.gc("--yes"); code == 0 || !strings.Contains(errs, "in use") {
		t.Errorf("beside a run: exit code %d, %s", code, errs)
	}
	// but what would go is said without waiting
	g.plan("x", wanted)
	const text = "0 of 0 artefacts and 1 unfinished stages to the trash, 0.0 MB"
	for _, flags := range [][]string{nil, {"--dry-run"}} {
		if _, out, errs := g.gc(flags...); out != "would move "+text+" (congrad gc --yes does it)\n" {
			t.Error(out, errs)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}

	// nor is that of another version, whose stages may be wanted
	g.write("x/plan.json", `[{"stage": "x", "key": "wanted", "kind": "train"}]`)
	if code, _, errs := g.gc("--yes"); code == 0 || !strings.Contains(errs, "plan.json has format 1, from another version of congrad") {
		t.Errorf("with another version's plan: exit code %d, %s", code, errs)
	}
	g.plan("x", wanted)
	if _, out, errs := g.gc("--yes"); !strings.HasPrefix(out, "moved "+text+"\n") {
		t.Error(out, errs)
	}
	if got := g.there(); !slices.Equal(got, []string{wanted}) {
		t.Errorf("left: %v", got)
	}
	for _, name := range []string{"notes/mine.txt", "trash/part-" + orphan + "/units.jsonl"} {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}

	// the trash is emptied by age
	if _, out, _ := g.gc("--yes"); !strings.Contains(out, "trash: deleted 0 of 1 entries") {
		t.Error(out)
	}
	if _, out, _ := g.gc("--trash-days", "0"); !strings.Contains(out, "trash: would delete 1 of 1 entries") {
		t.Error(out)
	}
	old := time.Now().Add(-8 * 24 * time.Hour)
	if err := os.Chtimes(filepath.Join(root, "trash", "part-"+orphan), old, old); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := g.gc("--yes"); !strings.Contains(out, "trash: deleted 1 of 1 entries") {
		t.Error(out)
	}
	for _, flags := range [][]string{{"--yes", "--dry-run"}, {"--trash-days", "-1"}, {"--forget", "x"}, {"--forget", "["}} {
		if code, _, _ := g.gc(flags...); code != exit.Config {
			t.Errorf("gc %v: exit code %d", flags, code)
		}
	}
}

// Runs that were moved, renamed or put into other folders keep their artefacts; those of a deleted one stay until it is forgotten.
func TestGCKeepsWhatMovedRunsWant(t *testing.T) {
	g := gcAt{t, filepath.Join(t.TempDir(), "my [runs]")} // no pattern of anything
	keys := map[string]string{}
	for i, name := range []string{"renamed", "deeper", "linked", "elsewhere", "deleted", "twin"} {
		keys[name] = keyOf(fmt.Sprint(i))
		g.write(".store/part-"+keys[name]+"/units.jsonl", "1\n")
		g.plan(name, keys[name])
	}
	g.plan("deleted", keys["twin"]) // another run of the same stages
	g.write(".store/part-"+keyOf("f")+"/units.jsonl", "1\n")
	g.write(".store/format", "2\n")
	if _, out, errs := g.gc("--yes"); !strings.Contains(out, "moved 0 of 0 artefacts and 2 unfinished stages") { // keyOf("f"), and what was to be deleted's
		t.Fatal(out, errs)
	}
	away := t.TempDir()
	move := func(from, to string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(g.runs, from), to); err != nil {
			t.Fatal(err)
		}
	}
	move("renamed", filepath.Join(g.runs, "another name"))
	move("deeper", filepath.Join(g.runs, "archive", "2026", "deeper"))
	move("linked", filepath.Join(away, "linked"))
	move("elsewhere", filepath.Join(away, "elsewhere"))
	move("twin", filepath.Join(away, "twin"))
	if err := os.Symlink(filepath.Join(away, "linked"), filepath.Join(g.runs, "linked")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(g.runs, "deleted")); err != nil {
		t.Fatal(err)
	}
	want := []string{keys["renamed"], keys["deeper"], keys["linked"], keys["elsewhere"], keys["twin"]}
	_, out, errs := g.gc("--yes")
	if got := g.there(); !slices.Equal(got, want) {
		t.Errorf("left %v, want %v\n%s%s", got, want, out, errs)
	}
	for name, gone := range map[string]bool{"renamed": false, "deeper": false, "linked": false, "elsewhere": true, "deleted": true, "twin": true} {
		if got := strings.Contains(out, "run "+name+", planned"); got != gone {
			t.Errorf("%s is gone: %v, want %v\n%s", name, got, gone, out)
		}
	}
	// a run of the same stages, which is only elsewhere, still wants them
	if _, out, errs := g.gc("--yes", "--forget", "deleted"); !slices.Equal(g.there(), want) {
		t.Error(out, errs)
	}
	if _, out, _ := g.gc("--forget", "t*", "--forget", "elsewhere"); !strings.Contains(out, "would move 0 of 0 artefacts and 2 unfinished stages") || !slices.Equal(g.there(), want) {
		t.Error(out)
	}
	if _, out, errs := g.gc("--yes", "--forget", "t*", "--forget", "elsewhere"); !slices.Equal(g.there(), want[:3]) {
		t.Error(out, errs)
	}
	// a list that cannot be read says nothing about what is wanted
	entries, err := os.ReadDir(filepath.Join(g.runs, ".store", "runs"))
	if err != nil || len(entries) != 3 {
		t.Fatal(entries, err)
	}
	g.write(".store/runs/"+entries[0].Name(), `{"folders": [], "stages": []}`)
	if code, _, errs := g.gc(); code != exit.Data || !strings.Contains(errs, "is damaged") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
