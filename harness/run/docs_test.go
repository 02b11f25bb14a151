package run

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The kind of stage that docs/add-a-stage.md adds compiles as it is shown there, does what its test says, and is planned, owned and
// whole. The files are laid over the project's for one run of the tests; nothing is written into it.
func TestDocumentedStage(t *testing.T) {
	document, err := os.ReadFile("../../docs/add-a-stage.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, overlay := t.TempDir(), map[string]string{}
	lay := func(path, source string) {
		aside := filepath.Join(dir, strings.ReplaceAll(path, "/", "-"))
		overlay[filepath.Join(root, filepath.FromSlash(path))] = aside
		if err := os.WriteFile(aside, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown := map[string]string{} // lines, by how they begin
	for _, b := range regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(document), -1) {
		if file := regexp.MustCompile(`^// (harness/\S*\.go)\n`).FindStringSubmatch(b[1]); file != nil {
			lay(file[1], b[1])
		} else {
			shown[strings.Fields(b[1])[0]] = b[1]
		}
	}
	// after inserts a line that the document shows behind another one of a file, and puts what the document says in words.
	after := func(path, line, begins string, inWords ...string) {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		changed := regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(line)+`.*\n`).ReplaceAllStringFunc(string(text), func(l string) string { return l + shown[begins] })
		changed = strings.NewReplacer(inWords...).Replace(changed)
		if shown[begins] == "" || !strings.Contains(changed, shown[begins]) {
			t.Fatalf("%s has no line %q, or the document shows none that begins with %s", path, line, begins)
		}
		lay(path, changed)
	}
	after("harness/run/kinds.go", "\tkind.Of[sampling.Within]", "kind.Of[sampling.Distinct](),")
	after("harness/run/round.go", "\tr.generated = p.add(", "r.distinct")
	after("harness/run/plan.go", "\tgenerated, judged *stage.Stage", "distinct", "r.fidelity, r.train}", "r.fidelity, r.train, r.distinct}")
	if len(overlay) != 5 {
		t.Fatalf("%d files are laid over the project's, want 5", len(overlay))
	}
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "-v", "-overlay", filepath.Join(dir, "overlay.json"), "-run", "TestDistinct|TestKindsAreWhole|TestPlanFilesSuffice|TestEveryStageHasAnOwner", ".", "../kind/sampling").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestDistinct", "--- PASS: TestPlanFilesSuffice", "--- PASS: TestEveryStageHasAnOwner"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the run says nothing of %q:\n%s", want, out)
		}
	}
}
