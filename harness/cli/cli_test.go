package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/judge"
	"congrad/harness/nn"
	"congrad/harness/run"
	"congrad/harness/train"

	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"congrad": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// The scripts run the program as a user would, on the pure-Go backend, whose bytes are the same everywhere.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("CONGRAD_CACHE", e.WorkDir+"/cache") // no plugin there
			e.Setenv("CONGRAD_PLUGIN", "")
			e.Setenv("HOME", e.WorkDir)
			return startJudge(e)
		},
	})
}

func TestExitCodes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "model")
	if err := os.MkdirAll(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	config := `{"model_type":"llama","hidden_act":"silu","vocab_size":5,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":2,"intermediate_size":6,"rope_theta":10000,"rms_norm_eps":1e-5}`
	if err := os.WriteFile(filepath.Join(broken, "config.json"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONGRAD_CACHE", t.TempDir())
	t.Setenv("CONGRAD_PLUGIN", "")
	for args, want := range map[string]int{
		"validate tiny":                       0,
		"validate nothing":                    exitConfig,
		"run tiny --set a.b=c":                exitConfig,
		"report nothing":                      exitConfig,
		"run tiny --device xla":               exitBackend,
		"validate tiny --set model=" + broken: 0,
		"new .mine":                           exitConfig,
		"run tiny --device go --dry-run --set prompts.per_language=600": exitConfig,
		"run tiny --device go --set model=" + broken:                    exitData,
		"pretrain nothing.toml":                                         exitConfig,
	} {
		var out, errs bytes.Buffer
		if got := Main(append(strings.Fields(args), "--runs", t.TempDir()), strings.NewReader(""), &out, &errs); got != want {
			t.Errorf("congrad %s: exit code %d, want %d\n%s", args, got, want, errs.String())
		}
		if want != 0 && !strings.Contains(errs.String(), "congrad: ") {
			t.Errorf("congrad %s: no error was printed: %q", args, errs.String())
		}
	}
}

// The folder of a changed run is another for every change, and a name that any file system takes.
func TestFolders(t *testing.T) {
	long := "--set title=" + strings.Repeat("x", 200)
	seen := map[run.Folder]string{}
	for _, partial := range [][]string{
		nil,
		{"--set train.learning_rate=1e-5"},
		{"--set train.learning_rate=1e5"},
		{"--set train.learning_rate=-1e5"},
		{"--set train.learning_rate=1e+5"},
		{"--set train.learning_rate=-1"},
		{"--set train.learning_rate=1"},
		{"--set a=b", "--set c=d"},
		{"--set a=b --set c=d"},
		{"--set c=d", "--set a=b"},
		{long + "1"},
		{long + "2"},
		{"--limit 1"},
		{"--limit 11"},
		{"--set seeds=[1,2]"},
		{"--set seeds=[12]"},
		{"--set title=../../x"},
		{"--set 题=目"},
	} {
		folder := (&app{runs: "runs"}).folder(&config.Experiment{Name: "x", Partial: partial})
		if other, there := seen[folder]; there {
			t.Errorf("%q and %s share %s", partial, other, folder)
		}
		seen[folder] = fmt.Sprintf("%q", partial)
		name := filepath.Base(string(folder))
		if filepath.Join("runs", name) != string(folder) || config.CheckName(name) != nil || len(name) > 60 || partial == nil && name != "x" {
			t.Errorf("%q: the folder is %s", partial, folder)
		}
	}
}

func TestAgain(t *testing.T) {
	for want, c := range map[string]struct {
		a   app
		arg string
		o   options
	}{
		"congrad run tiny": {app{device: "auto", runs: "runs"}, "tiny", options{}},
		"congrad run 'my file.toml' --set 'title=it'\\''s $HOME' --set train.learning_rate=1e-5 --limit 8 --seeds 1,2 --device go --runs '/my runs'": {
			app{device: "go", runs: "/my runs"}, "my file.toml", options{[]string{"title=it's $HOME", "train.learning_rate=1e-5"}, 8, "1,2"},
		},
		"congrad run '' --set 'seeds=[1]'": {app{device: "auto", runs: "runs"}, "", options{sets: []string{"seeds=[1]"}}},
	} {
		if got := c.a.again(c.arg, c.o); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// What computes is told apart by all that changes its rounding.
func TestDeviceKey(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range []device.Info{
		{Name: "go", Version: "v0.26.0"},
		{Name: "go", Version: "v0.27.0"},
		{Name: "xla", Plugin: device.Plugin{SHA256: "1234"}},
		{Name: "xla", Plugin: device.Plugin{SHA256: "5678"}},
		{Name: "xla", Plugin: device.Plugin{SHA256: "1234"}, Flags: "--xla_cpu_enable_fast_math=true"},
	} {
		key := deviceKey(i)
		if seen[key] {
			t.Errorf("%q stands for two devices", key)
		}
		seen[key] = true
	}
}

// The program was not built from the repository that it happens to be called in.
func TestCommitIsTheBinarys(t *testing.T) {
	built, _ := commit()
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=x", "-c", "user.email=x", "commit", "-q", "--allow-empty", "-m", "x"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Skipf("git %s: %v: %s", args[0], err, out)
		}
	}
	if got, _ := commit(); got != built {
		t.Errorf("commit %q in one repository, %q in another", built, got)
	}
}

// A line with a name in any script is cut between characters, and to the width they have on the terminal.
func TestFitting(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "no terminal"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := newReporter(file, io.Discard)
	for _, line := range []string{"train, seed 1", strings.Repeat("ü", 28), strings.Repeat("ü", 60), "x" + strings.Repeat("語", 60)} {
		got := r.fitting(line)
		if !utf8.ValidString(got) || displaywidth.String(got) > 28 || displaywidth.String(line) <= 28 && got != line {
			t.Errorf("%q is shown as %q", line, got)
		}
	}
}

// The judges that ls lists are those that a file may name, though neither package can take the words from the other.
func TestListedWordsAreAccepted(t *testing.T) {
	var judges, scorers []string
	for _, k := range judge.Kinds {
		if judges = append(judges, k.Name); k.Name != "endpoint" { // which compares
			scorers = append(scorers, k.Name)
		}
	}
	for key, listed := range map[string][]string{"evaluate.judge": judges, "judge.kind": scorers} {
		f, _ := config.FindField(key)
		if d := cmp.Diff(slices.Sorted(slices.Values(f.Words)), slices.Sorted(slices.Values(listed))); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
}

func TestWordsOfFailure(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), exitOther},
		{fmt.Errorf("step 3: %w", train.ErrNumerical), exitNumerical},
		{fmt.Errorf("block 3: %w", nn.ErrNotFinite), exitNumerical},
		{fmt.Errorf("reading: %w", failing(exitData, errors.New("x"))), exitData},
		{failing(exitConfig, failing(exitBackend, errors.New("x"))), exitBackend}, // the first word counts
	} {
		if got := (&app{err: io.Discard}).conclude(context.Background(), c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
	for signal, want := range map[os.Signal]int{os.Interrupt: exitInterrupt, syscall.SIGTERM: exitTerminated} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(stopped{signal})
		if got := (&app{err: io.Discard}).conclude(ctx, fmt.Errorf("sampling: %w", context.Canceled)); got != want {
			t.Errorf("%v: exit code %d, want %d", signal, got, want)
		}
	}
}

// What holds a stage up is told in the pipe and in the log, but not over and over.
func TestNotesAreFew(t *testing.T) {
	var out, log strings.Builder
	r := newReporter(&out, &log)
	for range 100 {
		r.Note("a server is asked again")
	}
	if out.String() != "a server is asked again\n" || strings.Count(log.String(), "\n") != 1 || !strings.HasSuffix(log.String(), " "+out.String()) {
		t.Errorf("%q and %q", out.String(), log.String())
	}
	r.noted = r.noted.Add(-betweenNotes)
	if r.Note("once more"); !strings.HasSuffix(out.String(), "\nonce more\n") {
		t.Errorf("%q", out.String())
	}
}
