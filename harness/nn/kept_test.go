package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/device"
)

// computed is what a process computed on XLA, and what it had to build for that.
type computed struct {
	Numbers string
	Built   Built
}

// TestKeptChild is the child process of the other tests, and nothing by itself: it reads and decodes.
func TestKeptChild(t *testing.T) {
	if flag.Arg(0) != "child" {
		t.Skip("runs as a child process of the other tests")
	}
	b, _, err := device.Open("xla")
	if err != nil {
		t.Fatal(err)
	}
	e := NewEngine(b, tiny)
	w := must(e.Upload(loud(tiny, 3)))(t)
	defer w.Free()
	numbers := []any{must(e.LogProbs(w, must(NewBatch(tinyRows, 4, 6, 4))(t)))(t)}
	d, next, err := e.Prefill(w, [][]int{{1, 2, 3}, {4}}, 2, 2, 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Free()
	numbers = append(numbers, must(next.Logits())(t))
	for i := range 3 { // hands its caches over
		numbers = append(numbers, must(must(d.Next([]int{5, 6, 0, i}))(t).Logits())(t))
	}
	c := computed{Numbers: fmt.Sprintf("%x", numbers)} // exact, and tells -0 from 0
	c.Built = e.Built()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("computed: %s\n", text)
}

// inProcess runs the child process with programs that are kept in a folder.
func inProcess(t *testing.T, cache, plugin string) (c computed) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestKeptChild$", "child")
	child.Env = append(os.Environ(), "CONGRAD_CACHE="+cache, "CONGRAD_PLUGIN="+plugin)
	out, err := child.CombinedOutput()
	_, text, ok := bytes.Cut(out, []byte("computed: "))
	if err != nil || !ok || json.NewDecoder(bytes.NewReader(text)).Decode(&c) != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return c
}

// installed is the path of the installed plugin.
func installed(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("slow: starts XLA in several processes")
	}
	p, err := device.Installed()
	if err != nil || device.Supported() != nil {
		if strings.Contains(os.Getenv("CONGRAD_TEST_BACKENDS"), "xla") {
			t.Fatal(err, device.Supported())
		}
		t.Skip(err, device.Supported())
	}
	return p.Path
}

// same compares the bits of two processes.
func same(t *testing.T, what string, got, want computed) {
	t.Helper()
	if got.Numbers != want.Numbers {
		t.Errorf("%s: other bits", what)
	}
}

// A process that takes its programs from the cache compiles none and computes the same bits. After a bit of every file was flipped it
// takes none of them, computes the same bits, and leaves whole files.
func TestKeptProgramsComputeTheSame(t *testing.T) {
	plugin, cache := installed(t), t.TempDir()
	first := inProcess(t, cache, plugin)
	n := first.Built.Compiled
	files := keptPrograms(t, cache)
	if first.Built.Loaded != 0 || n != 3 || len(files) != n || first.Built.Seconds <= 0 {
		t.Fatalf("%+v with an empty cache, in which %d files are now", first.Built, len(files))
	}
	again := inProcess(t, cache, plugin)
	same(t, "from the cache", again, first)
	if again.Built.Compiled != 0 || again.Built.Loaded != n || again.Built.Seconds >= first.Built.Seconds {
		t.Errorf("%+v with all programs in the cache, %+v without", again.Built, first.Built)
	}
	for path, data := range keptPrograms(t, cache) {
		if !bytes.Equal(data, files[path]) {
			t.Errorf("%s was written again", filepath.Base(path))
		}
		damaged := bytes.Clone(data)
		damaged[len(data)/2] ^= 1
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	flipped := inProcess(t, cache, plugin)
	same(t, "with damaged files", flipped, first)
	if flipped.Built.Compiled != n || flipped.Built.Loaded != 0 {
		t.Errorf("%+v with damaged files", flipped.Built)
	}
	if whole := keptPrograms(t, cache); len(whole) != n {
		t.Errorf("%d files are left of %d", len(whole), n)
	} else {
		for path, data := range whole {
			if sum := sha256.Sum256(data[sha256.Size:]); !bytes.Equal(sum[:], data[:sha256.Size]) {
				t.Errorf("%s is still damaged", filepath.Base(path))
			}
		}
	}
}

// Another plugin compiles everything itself, and the first one's programs stay as they were. CONGRAD_OTHER_PLUGIN is the path of a
// plugin that is not the installed one.
func TestAnotherPluginUsesNoneOfThem(t *testing.T) {
	other := os.Getenv("CONGRAD_OTHER_PLUGIN")
	if other == "" {
		t.Skip("CONGRAD_OTHER_PLUGIN names no second plugin")
	}
	plugin, cache := installed(t), t.TempDir()
	first := inProcess(t, cache, plugin)
	files := keptPrograms(t, cache)
	second := inProcess(t, cache, other)
	if second.Built.Loaded != 0 || second.Built.Compiled != first.Built.Compiled {
		t.Errorf("%+v by another plugin", second.Built)
	}
	alone := inProcess(t, t.TempDir(), other)
	same(t, "the other plugin behind the first", second, alone)
	all := keptPrograms(t, cache)
	if len(all) < len(files)+first.Built.Compiled/2 {
		t.Errorf("%d files of the first plugin and %d of both", len(files), len(all))
	}
	for path, data := range files {
		if !bytes.Equal(all[path], data) {
			t.Errorf("%s was written by another plugin", filepath.Base(path))
		}
	}
	again := inProcess(t, cache, plugin)
	same(t, "the first plugin behind the other", again, first)
	if again.Built.Compiled != 0 {
		t.Errorf("%+v by the first plugin behind the other", again.Built)
	}
}

// keptPrograms are the files of a cache of programs.
func keptPrograms(t *testing.T, cache string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(cache, "programs", "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		if files[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
