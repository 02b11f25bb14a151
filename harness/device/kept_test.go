package device

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// keptHere are the programs of one made-up plugin in a new folder, and their maker.
func keptHere(t *testing.T) (*Kept, maker) {
	t.Helper()
	m := maker{Info{Name: "xla", Plugin: Plugin{SHA256: "12"}, Flags: "--fast=false", Threads: 4}.Key(), time.Unix(1e9, 5), "TFRT_CPU_0", "flags : avx2"}
	return keptOf(filepath.Join(t.TempDir(), "programs"), m), m
}

// A program is found by what made it and by nothing else, whether the other is longer, shorter or cut elsewhere.
func TestKeptProgramsAreOfTheirMaker(t *testing.T) {
	k, m := keptHere(t)
	program, executable := []byte("program"), []byte("executable")
	k.Save(program, executable)
	if got := keptOf(k.dir, m).Load(program); !bytes.Equal(got, executable) {
		t.Fatalf("the same maker finds %q", got)
	}
	key := func(sha, flags string, threads int) string {
		return Info{Name: "xla", Plugin: Plugin{SHA256: sha}, Flags: flags, Threads: threads}.Key()
	}
	for name, change := range map[string]func(m *maker){
		"another plugin":         func(m *maker) { m.device = key("13", "--fast=false", 4) },
		"a later file":           func(m *maker) { m.placed = m.placed.Add(1) },
		"other flags":            func(m *maker) { m.device = key("12", "--fast=true", 4) },
		"no flags":               func(m *maker) { m.device = key("12", "", 4) },
		"other threads":          func(m *maker) { m.device = key("12", "--fast=false", 8) },
		"no threads":             func(m *maker) { m.device = key("12", "--fast=false", 0) },
		"another device":         func(m *maker) { m.description = "TFRT_CPU_1" },
		"another processor":      func(m *maker) { m.processor = "flags : avx2 avx512f" },
		"a processor of nothing": func(m *maker) { m.processor = "" },
		"words on the other side": func(m *maker) {
			m.description, m.processor = m.description+`" "`+m.processor, ""
		},
	} {
		other := m
		change(&other)
		if got := keptOf(k.dir, other).Load(program); got != nil {
			t.Errorf("%s finds %q", name, got)
		}
	}
	for _, other := range []string{"", "Program", "program ", "progra"} {
		if got := k.Load([]byte(other)); got != nil {
			t.Errorf("the program %q finds %q", other, got)
		}
	}
}

// What Open gives a plugin depends on the plugin's file and on its flags.
func TestKeptProgramsFollowThePlugin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	i := Info{Name: "xla", Plugin: Plugin{Path: file, SHA256: "12"}, Threads: 4}
	first := newKept("", i, "CPU")
	if first == nil {
		t.Fatal("nothing is kept here")
	}
	if again := newKept("", i, "CPU"); !bytes.Equal(again.made, first.made) {
		t.Error("the same plugin does not find its own programs")
	}
	i.Flags = "--fast=true"
	if other := newKept("", i, "CPU"); bytes.Equal(other.made, first.made) {
		t.Error("other flags find the programs")
	}
	i.Flags = ""
	if err := os.Chtimes(file, time.Time{}, time.Unix(5, 0)); err != nil {
		t.Fatal(err)
	}
	if other := newKept("", i, "CPU"); bytes.Equal(other.made, first.made) {
		t.Error("a file that was put in the plugin's place finds its programs")
	}
	i.Plugin.Path += ".gone"
	if newKept("", i, "CPU") != nil {
		t.Error("a plugin that is gone keeps programs")
	}
}

// A file that is not whole counts as none, and the next Save replaces it.
func TestDamagedProgramsCountAsNone(t *testing.T) {
	k, _ := keptHere(t)
	program, executable := []byte("program"), bytes.Repeat([]byte("code"), 50)
	for name, damage := range map[string]func(data []byte) []byte{
		"empty":                 func([]byte) []byte { return nil },
		"cut in the hash":       func(data []byte) []byte { return data[:20] },
		"cut behind the hash":   func(data []byte) []byte { return data[:32] },
		"cut in the executable": func(data []byte) []byte { return data[:len(data)-1] },
		"longer":                func(data []byte) []byte { return append(data, 0) },
		"another hash":          func(data []byte) []byte { data[0] ^= 1; return data },
		"another executable":    func(data []byte) []byte { data[len(data)-1] ^= 1; return data },
		"zeros":                 func(data []byte) []byte { return make([]byte, len(data)) },
	} {
		k.Save(program, executable)
		data, err := os.ReadFile(k.path(program))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(k.path(program), damage(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := k.Load(program); got != nil {
			t.Errorf("%s: the file gives %q", name, got)
		}
		k.Save(program, executable)
		if got := k.Load(program); !bytes.Equal(got, executable) {
			t.Errorf("%s: a new Save gives %q", name, got)
		}
	}
}

// Beyond the cache's size the programs go that were used least recently, and nothing else in the folder does.
func TestProgramsMakeRoom(t *testing.T) {
	k, _ := keptHere(t)
	k.most = 3 * 100
	executable := make([]byte, 100-32)
	save := func(names ...string) {
		for _, name := range names {
			k.Save([]byte(name), executable)
		}
	}
	left := func() (names []string) {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			if _, err := os.Stat(k.path([]byte(name))); err == nil {
				names = append(names, name)
			}
		}
		return names
	}
	save("a", "b", "c")
	foreign := []string{filepath.Join(k.dir, "notes.txt"), filepath.Join(k.dir, strings.Repeat("f", 64))}
	if err := os.WriteFile(foreign[0], make([]byte, 10_000), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(foreign[1], 0o755); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"b", "a", "c"} { // b is the oldest
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(k.path([]byte(name)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if k.Load([]byte("b")) == nil { // is the newest now
		t.Fatal("b is not kept")
	}
	save("d")
	if got := left(); !slices.Equal(got, []string{"b", "c", "d"}) {
		t.Errorf("after a fourth program %v are left, want b, c and d", got)
	}
	save("e")
	if got := left(); !slices.Equal(got, []string{"b", "d", "e"}) {
		t.Errorf("after a fifth program %v are left, want b, d and e", got)
	}
	for _, path := range foreign {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	t.Setenv("CONGRAD_CACHE", filepath.Dir(k.dir))
	if dir, programs, size, err := KeptPrograms(); err != nil || dir != k.dir || programs != 3 || size != 300 {
		t.Errorf("%s has %d programs of %d bytes: %v", dir, programs, size, err)
	}
}

// Where the folder cannot be written or does not exist, nothing is kept, and nobody is troubled.
func TestNothingIsKeptWhereNothingCanBe(t *testing.T) {
	k, m := keptHere(t)
	t.Setenv("CONGRAD_CACHE", filepath.Dir(k.dir))
	if _, programs, size, err := KeptPrograms(); err != nil || programs != 0 || size != 0 {
		t.Errorf("before the first program: %d of %d bytes, %v", programs, size, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "programs"), "/proc/programs"} {
		k := keptOf(dir, m)
		k.Save([]byte("program"), []byte("executable"))
		if got := k.Load([]byte("program")); got != nil {
			t.Errorf("%s: %q", dir, got)
		}
	}
	if os.Getuid() != 0 { // who may write anywhere
		k := keptOf(locked, m)
		k.Save([]byte("program"), []byte("executable"))
		if got := k.Load([]byte("program")); got != nil {
			t.Errorf("%s: %q", locked, got)
		}
	}
}

// TestSaveChild is the child process of TestProcessesSaveAtOnce, and nothing by itself: it saves and loads programs.
func TestSaveChild(t *testing.T) {
	if flag.Arg(0) != "save" {
		t.Skip("runs as a child process of another test")
	}
	k, _ := keptHere(t)
	k.dir, k.most = flag.Arg(1), 20_000 // room for five programs of twelve
	for i := range 120 {
		program := fmt.Appendf(nil, "program %d", i%12)
		want := bytes.Repeat(program, 400)
		k.Save(program, want)
		if got := k.Load(program); got != nil && !bytes.Equal(got, want) {
			t.Fatalf("%s: %d bytes are loaded, %d were saved", program, len(got), len(want))
		}
	}
}

// Several processes save, load and remove the same programs at once: each finds whole executables or none, and no file is left half
// written.
func TestProcessesSaveAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "programs")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var children []*exec.Cmd
	for range 3 {
		c := exec.Command(self, "-test.run=^TestSaveChild$", "-test.v", "save", dir)
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	for _, c := range children {
		if err := c.Wait(); err != nil || !strings.Contains(c.Stdout.(*bytes.Buffer).String(), "PASS: TestSaveChild") {
			t.Errorf("%v\n%s", err, c.Stdout)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, size, err := keptFiles(dir)
	if err != nil || size == 0 || size > 20_000+4_000 { // two that make room at once may count one program twice
		t.Errorf("%d bytes are left: %v", size, err)
	}
	for _, e := range entries {
		if len(e.Name()) != 64 {
			t.Errorf("%s is left", e.Name())
		}
	}
}
