package cli

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"congrad/harness/stage"
)

// Every stage of a plan is done by a process of its own, in an order that is drawn and respects nothing but inputs. The records are
// those of one process.
func TestStagesInProcessesOfTheirOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: starts a process for each stage")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "small.toml")
	if err := os.WriteFile(file, []byte(apart), 0o644); err != nil {
		t.Fatal(err)
	}
	congrad := func(args ...string) string {
		t.Helper()
		c := exec.Command(program(t), append(args, "--device", "go")...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("congrad %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	congrad("run", file, "--runs", "one")
	congrad("run", file, "--runs", "many", "--prepare")
	plan, err := stage.ReadPlan(filepath.Join(dir, "many", "apart", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	waiting, done := plan.Stages, map[stage.Ref]bool{}
	r := rand.New(rand.NewPCG(1, 2))
	for len(waiting) > 0 {
		at := r.IntN(len(waiting))
		s := waiting[at]
		if (s.Memory > 0) != (s.Device != "") {
			t.Errorf("%s needs %d bytes, on %q", s.Label, s.Memory, s.Device)
		}
		if slices.ContainsFunc(s.Inputs, func(in stage.Ref) bool { return !done[in] }) {
			continue
		}
		congrad("stage", string(s.Key), "--runs", "many")
		waiting, done[s.Key] = slices.Delete(slices.Clone(waiting), at, at+1), true
	}
	congrad("run", file, "--runs", "many")
	for _, name := range records(t, filepath.Join(dir, "one")) {
		one, err := os.ReadFile(filepath.Join(dir, "one", "apart", "records", name))
		if err != nil {
			t.Fatal(err)
		}
		if many, err := os.ReadFile(filepath.Join(dir, "many", "apart", "records", name)); err != nil || string(one) != string(many) {
			t.Errorf("%s differs where each stage has a process of its own: %v", name, err)
		}
	}
}

// apart is a study of most kinds of stages on the embedded model.
const apart = `
name = "apart"
model = "tiny"
seeds = [1]
iterations = 2
[languages]
seen = ["en", "de"]
[prompts]
per_language = 2
[generate]
samples = 2
max_tokens = 4
[train]
batch_pairs = 4
[congrad]
sketch_rank = 2
fidelity_pairs = 2
aggregator = "gradvac"
[evaluate]
opponent = "baseline"
per_language = 1
tasks = ["tiny-facts"]
task_items = 1
[[arms]]
name = "baseline"
select = "none"
[[arms]]
name = "congrad"
select = "congrad"
[[arms]]
name = "random"
select = "random"
match = "congrad"
`

// records are the names of a run's files of records.
func records(t *testing.T, runs string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(runs, "apart", "records"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// program is this test's binary under the name of the program, as which it is the program.
func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "congrad")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}
