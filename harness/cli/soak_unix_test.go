//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"congrad/harness/stage"
	"congrad/harness/store"
)

var kills = flag.Int("kills", 4, "kills of TestSoak (make soak: 200); with -update, docs/reliability.md gets what they cost")

// soaked is a study of most kinds of stages, whose training has several checkpoints.
const soaked = `
name = "apart"
model = "tiny-1"
seeds = [1]
iterations = 1
[languages]
seen = ["en", "de"]
[prompts]
per_language = 4
[generate]
samples = 2
max_tokens = 6
[judge]
kind = "reference"
[batch]
save_seconds = 0.5
[train]
batch_pairs = 4
epochs = 8
[congrad]
sketch_rank = 2
fidelity_pairs = 2
[evaluate]
opponent = "baseline"
per_language = 2
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

// soak kills a study again and again.
type soak struct {
	*testing.T
	congrad, dir string
	draw         *rand.Rand
	usual        time.Duration // of the study that nobody kills
	want         map[string][]byte
	costs        []cost // of the kills so far
}

// cost is what a kill cost: the time since the last thing of the stage that was kept, for the stage of the process that had most.
type cost struct {
	kind   string // of the stage; empty between stages
	signal syscall.Signal
	lost   time.Duration
}

// A study is killed at random moments, by SIGKILL and SIGTERM, with one process or two that share a store, and continued until it is
// complete. Its results are those of the study that nobody kills.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs studies that are killed again and again")
	}
	s := &soak{T: t, congrad: program(t), dir: t.TempDir(), draw: rand.New(rand.NewPCG(16, 1))}
	if err := os.WriteFile(filepath.Join(s.dir, "study.toml"), []byte(soaked), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s.finish("whole", "apart")
	s.usual = time.Since(began)
	s.want = s.results("whole", "apart")
	if len(s.want) < 20 {
		t.Fatalf("the study has only %d files of results", len(s.want))
	}
	rounds := 0
	for ; len(s.costs) < *kills; rounds++ {
		runs, names := fmt.Sprint("round-", rounds), []string{"apart", "second"}[:1+rounds%2]
		for len(s.costs) < *kills && s.interrupt(runs, names) {
		}
		for _, name := range names {
			s.finish(runs, name)
			got := s.results(runs, name)
			for _, file := range slices.Sorted(maps.Keys(s.want)) {
				if !bytes.Equal(got[file], s.want[file]) {
					t.Errorf("round %d: %s of %s is not that of the study that nobody killed", rounds, file, name)
				}
			}
		}
		if left, _ := filepath.Glob(filepath.Join(s.dir, runs, ".store", "part-*")); len(left) > 0 {
			t.Errorf("round %d left %v", rounds, left)
		}
		if err := os.RemoveAll(filepath.Join(s.dir, runs)); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf("%d kills in %d studies of 17 stages, every second one with two processes in one store. All files of results are those of the study that nobody killed.\n\n%s", len(s.costs), rounds, histogram(s.costs))
	t.Log(text)
	if *update {
		s.record(text)
	}
}

// run is the study's command.
func (s *soak) run(runs, name string) *exec.Cmd {
	c := exec.Command(s.congrad, "run", "study.toml", "--device", "go", "--runs", runs, "--name", name, "--wait", "--jobs", fmt.Sprint(1+s.draw.IntN(2)))
	c.Dir = s.dir
	return c
}

// finish runs the study to its end, and checks every byte that it left.
func (s *soak) finish(runs, name string) {
	s.Helper()
	if out, err := s.run(runs, name).CombinedOutput(); err != nil {
		s.Fatalf("%s: %v\n%s", runs, err, out)
	}
	c := exec.Command(s.congrad, "verify", name, "--runs", runs)
	c.Dir = s.dir
	if out, err := c.CombinedOutput(); err != nil {
		s.Fatalf("%s: %v\n%s", runs, err, out)
	}
}

// interrupt runs the study in a process for each name and kills each at some moment; false if all were faster.
func (s *soak) interrupt(runs string, names []string) (killed bool) {
	type process struct {
		*exec.Cmd
		signal syscall.Signal
		out    bytes.Buffer
		ended  chan error
	}
	processes := make([]*process, len(names))
	for i, name := range names {
		p := &process{Cmd: s.run(runs, name), signal: syscall.SIGKILL, ended: make(chan error, 1)}
		if s.draw.IntN(4) == 0 {
			p.signal = syscall.SIGTERM
		}
		p.Stdout, p.Stderr = &p.out, &p.out
		if err := p.Start(); err != nil {
			s.Fatal(err)
		}
		go func() { p.ended <- p.Wait() }()
		time.AfterFunc(time.Duration(s.draw.Float64()*float64(s.usual)), func() { _ = p.Process.Signal(p.signal) })
		processes[i] = p
	}
	for _, p := range processes {
		err := <-p.ended
		at := time.Now()
		var exit *exec.ExitError
		switch {
		case err == nil:
			continue
		case errors.As(err, &exit) && (exit.ExitCode() == -1 || exit.ExitCode() == 128+int(p.signal)):
		default:
			s.Fatalf("%v\n%s", err, p.out.String())
		}
		killed = true
		s.costs = append(s.costs, s.cost(runs, p.Process.Pid, p.signal, at))
	}
	return killed
}

// cost looks at what a killed process left of the stages that it was at.
func (s *soak) cost(runs string, pid int, signal syscall.Signal, at time.Time) (worst cost) {
	worst.signal = signal
	locks, _ := filepath.Glob(filepath.Join(s.dir, runs, ".store", "part-*", "lock"))
	for _, lock := range locks {
		var by store.Holder
		if data, err := os.ReadFile(lock); err != nil || json.Unmarshal(data, &by) != nil || by.PID != pid {
			continue
		}
		var kept time.Time
		entries, err := os.ReadDir(filepath.Dir(lock))
		if err != nil {
			s.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && !strings.HasPrefix(e.Name(), ".") && info.ModTime().After(kept) {
				kept = info.ModTime()
			}
		}
		if lost := at.Sub(kept); lost >= worst.lost {
			worst.lost = lost
			worst.kind = s.kind(runs, strings.TrimPrefix(filepath.Base(filepath.Dir(lock)), "part-"))
		}
	}
	return worst
}

// kind is that of a stage of a run's plan.
func (s *soak) kind(runs, key string) string {
	plans, _ := filepath.Glob(filepath.Join(s.dir, runs, "*", "plan.json"))
	for _, path := range plans {
		if plan, err := stage.ReadPlan(path); err == nil {
			if st, err := plan.Find(key); err == nil {
				return st.Kind
			}
		}
	}
	return ""
}

// results are the files of a run that do not tell what it took.
func (s *soak) results(runs, name string) map[string][]byte {
	s.Helper()
	root, files := filepath.Join(s.dir, runs, name), map[string][]byte{}
	for _, folder := range []string{"records", "tables", "figures"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), "cost.") {
				return err
			}
			files[strings.TrimPrefix(path, root)], err = os.ReadFile(path)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.Fatal(err)
		}
	}
	return files
}

// histogram is a table of what kills cost, by the stage that they hit.
func histogram(costs []cost) string {
	bounds := []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second}
	rows := map[string][]int{}
	for _, c := range costs {
		name := c.kind
		if name == "" {
			name = "between stages, starting, reporting"
		}
		if rows[name] == nil {
			rows[name] = make([]int, len(bounds)+1)
		}
		at := 0
		for at < len(bounds) && c.lost > bounds[at] {
			at++
		}
		rows[name][at]++
	}
	text, line := "| stage that was hit |", "|---|"
	for _, b := range bounds {
		text += fmt.Sprintf(" ≤ %v |", b)
		line += "---|"
	}
	text += " more |\n" + line + "---|\n"
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		text += "| " + name + " |"
		for _, n := range rows[name] {
			text += fmt.Sprintf(" %d |", n)
		}
		text += "\n"
	}
	return text
}

// record puts the result into the document.
func (s *soak) record(text string) {
	const file, begin, end = "../../docs/reliability.md", "<!-- made by make soak -->\n", "<!-- end of soak -->\n"
	doc, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		s.Fatalf("%s has no place for the result", file)
	}
	if err := store.WriteFile(file, []byte(before+begin+text+end+after)); err != nil {
		s.Fatal(err)
	}
}
