package device

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// seen is what a process under some number of cores sees of XLA.
type seen struct {
	Key     string
	Threads int
	Pool    int    // threads that exist, by their name; 0 where the system does not tell
	Bits    string // hash of a product with a long inner dimension, and of a large sum
}

// look opens XLA in a child process. prefix is a command such as taskset; env is added to the environment.
func look(t *testing.T, prefix []string, env ...string) seen {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := append(append([]string{}, prefix...), self, "-test.run=^TestThreadsChild$", "child")
	c := exec.Command(words[0], words[1:]...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "NPROC=") && !strings.HasPrefix(e, "PJRT_NPROC=") {
			c.Env = append(c.Env, e)
		}
	}
	c.Env = append(c.Env, env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v %v: %v\n%s", prefix, env, err, out)
	}
	_, text, _ := bytes.Cut(out, []byte("seen: "))
	var s seen
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&s); err != nil {
		t.Fatalf("%v %v: %v\n%s", prefix, env, err, out)
	}
	return s
}

// TestThreadsChild is the child process of the other tests, and nothing by itself.
func TestThreadsChild(t *testing.T) {
	if flag.Arg(0) != "child" {
		t.Skip("runs as a child process of the other tests")
	}
	b, info, err := Open("xla")
	if err != nil {
		t.Fatal(err)
	}
	s := seen{Key: info.Key(), Threads: info.Threads}
	names, _ := filepath.Glob("/proc/self/task/*/comm")
	for _, n := range names {
		if name, err := os.ReadFile(n); err == nil && strings.HasPrefix(string(name), "tf_XLAEigen") {
			s.Pool++
		}
	}
	const rows, width = 2048, 128
	flat, r := make([]float32, rows*width), rand.New(rand.NewPCG(1, 2))
	for i := range flat {
		flat[i] = float32(r.NormFloat64())
	}
	x := tensors.FromFlatDataAndDimensions(flat, rows, width)
	h := sha256.New()
	for _, f := range []func(x *graph.Node) *graph.Node{
		func(x *graph.Node) *graph.Node { return graph.Einsum("ki,kj->ij", x, x) },
		func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Exp(x)) },
	} {
		y, err := graph.MustNewExec(b, f).Call1(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := y.ConstFlatData(func(flat any) { _ = binary.Write(h, binary.LittleEndian, flat) }); err != nil {
			t.Fatal(err)
		}
	}
	s.Bits = fmt.Sprintf("%x", h.Sum(nil)[:8])
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("seen: %s\n", text)
}

// needXLA skips where there is no XLA, and says so.
func needXLA(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow: starts XLA in several processes")
	}
	if _, err := Installed(); err != nil || Supported() != nil {
		if strings.Contains(os.Getenv("CONGRAD_TEST_BACKENDS"), "xla") {
			t.Fatal(err, Supported())
		}
		t.Skip(err, Supported())
	}
}

// What Info says of the pool is what the plugin starts, whatever the environment says.
func TestThreadsAreThoseOfThePool(t *testing.T) {
	needXLA(t)
	if runtime.GOOS != "linux" {
		t.Skip("the names of a process's threads are read from Linux's /proc")
	}
	for _, env := range [][]string{
		{}, {"GOMAXPROCS=1"}, {"PJRT_NPROC=7"}, {"NPROC=5"}, {"NPROC=5", "PJRT_NPROC= +9"}, {"NPROC=5", "PJRT_NPROC=0x9"}, {"PJRT_NPROC=-3"},
	} {
		if s := look(t, nil, env...); s.Pool == 0 || s.Threads != s.Pool {
			t.Errorf("%v: %d threads in the key, %d in the pool", env, s.Threads, s.Pool)
		}
	}
}

// Equal keys mean equal bits, under one core as under all; and a number of threads that is given gives the same bits on any number of
// cores, which is how a run goes on elsewhere.
func TestBitsFollowTheKey(t *testing.T) {
	needXLA(t)
	one := oneCore(t)
	bits := map[string]string{}
	for _, env := range []string{"PJRT_NPROC=", "PJRT_NPROC=16"} {
		for _, prefix := range [][]string{nil, one} {
			s := look(t, prefix, env)
			if had, ok := bits[s.Key]; ok && had != s.Bits {
				t.Errorf("%v %s: %q has the bits %s and %s", prefix, env, s.Key, had, s.Bits)
			}
			bits[s.Key] = s.Bits
			if env == "PJRT_NPROC=16" && s.Threads != 16 {
				t.Errorf("%v: %d threads with %s", prefix, s.Threads, env)
			}
		}
	}
	if len(bits) < 2 {
		t.Errorf("one key for 16 threads and for %d cores: %v", runtime.NumCPU(), bits)
	}
	t.Log(bits)
}

// oneCore is the command that lets a program use the first of this process's cores alone.
func oneCore(t *testing.T) []string {
	t.Helper()
	path, err := exec.LookPath("taskset")
	if err != nil {
		t.Skip("taskset is not installed")
	}
	if runtime.NumCPU() == 1 {
		t.Skip("this process has a single core: nothing to compare it with")
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	_, list, _ := strings.Cut(string(status), "Cpus_allowed_list:")
	first := strings.FieldsFunc(list, func(r rune) bool { return r < '0' || r > '9' })
	return []string{path, "-c", first[0]}
}

func TestOtherThreads(t *testing.T) {
	key := func(n int) string { return Info{Name: "xla", Plugin: Plugin{SHA256: "12"}, Threads: n}.Key() }
	if got := OtherThreads(key(16), key(4)); !strings.Contains(got, "planned with 16 threads of XLA, but this process has 4") || !strings.Contains(got, "PJRT_NPROC=16") {
		t.Error(got)
	}
	other := Info{Name: "xla", Plugin: Plugin{SHA256: "34"}, Threads: 16}.Key()
	for _, planned := range []string{"", "go, gomlx v0.26.0", "xla 12", key(4), other} {
		if got := OtherThreads(planned, key(4)); got != "" {
			t.Errorf("%q: %q", planned, got)
		}
	}
}
