package method

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The aggregator that docs/add-a-method.md adds compiles as it is shown there, passes its test and the suite. The files are
// laid over the package's for one run of the tests; nothing is written into it.
func TestDocumentedAggregator(t *testing.T) {
	document, err := os.ReadFile("../../docs/add-a-method.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("aggregator.go")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir, overlay := t.TempDir(), map[string]string{}
	lay := func(name, source string) {
		overlay[filepath.Join(folder, name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(document), -1)
	const start = "var Aggregators = []NamedAggregator{\n"
	for _, b := range blocks {
		if name := regexp.MustCompile(`^// harness/method/(rlw\S*\.go)\n`).FindStringSubmatch(b[1]); name != nil {
			lay(name[1], b[1])
		}
		if strings.HasPrefix(b[1], `{"rlw"`) {
			lay("aggregator.go", strings.Replace(string(table), start, start+b[1], 1))
		}
	}
	if len(overlay) != 3 {
		t.Fatalf("the document shows %d of a file, a test and a line", len(overlay))
	}
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "-v", "-overlay", filepath.Join(dir, "overlay.json"), "-run", "TestRLW|TestEveryAggregator|TestPropertiesAreAsTheTableSays", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestRLW", "/rlw"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the run says nothing of %q:\n%s", want, out)
		}
	}
}
