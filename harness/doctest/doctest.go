// Package doctest compiles and tests the Go code that a document shows. The code is laid over the project's files for one run of
// go test; nothing is written into the project.
package doctest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// Blocks are the Go blocks of a document, in its order.
func Blocks(t *testing.T, document string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, b[1])
	}
	return blocks
}

// Overlay is a set of files that stand in for those of the project.
type Overlay struct {
	t     *testing.T
	root  string
	dir   string
	files map[string]string
}

// New is an overlay without files over the project at root.
func New(t *testing.T, root string) *Overlay {
	t.Helper()
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	return &Overlay{t, root, t.TempDir(), map[string]string{}}
}

// Lay lays a file over that of the given path from the root, with slashes; it need not be there.
func (o *Overlay) Lay(path, source string) {
	o.t.Helper()
	aside := filepath.Join(o.dir, strconv.Itoa(len(o.files))+"-"+filepath.Base(path))
	o.files[o.path(path)] = aside
	if err := os.WriteFile(aside, []byte(source), 0o644); err != nil {
		o.t.Fatal(err)
	}
}

// Original is the project's own file.
func (o *Overlay) Original(path string) string {
	o.t.Helper()
	text, err := os.ReadFile(o.path(path))
	if err != nil {
		o.t.Fatal(err)
	}
	return string(text)
}

func (o *Overlay) path(path string) string { return filepath.Join(o.root, filepath.FromSlash(path)) }

// Len is the number of files.
func (o *Overlay) Len() int { return len(o.files) }

// Test runs the tests whose names match in packages, and returns what go test -v prints. A failure ends the test.
func (o *Overlay) Test(match string, packages ...string) string {
	o.t.Helper()
	data, err := json.Marshal(map[string]any{"Replace": o.files})
	if err != nil {
		o.t.Fatal(err)
	}
	file := filepath.Join(o.dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		o.t.Fatal(err)
	}
	out, err := exec.Command("go", append([]string{"test", "-v", "-overlay", file, "-run", match}, packages...)...).CombinedOutput()
	if err != nil {
		o.t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
