package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/disk"
	"congrad/harness/exit"
	"congrad/harness/judge"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/train"

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
		"validate nothing":                    exit.Config,
		"run tiny --set a.b=c":                exit.Config,
		"report nothing":                      exit.Config,
		"run tiny --device xla":               exit.Backend,
		"validate tiny --set model=" + broken: exit.Data,
		"new .mine":                           exit.Config,
		"run tiny-1 --device go --dry-run --set prompts.per_language=600": exit.Config,
		"run tiny --device go --set model=" + broken:                      exit.Data,
		"pretrain nothing.toml":                                           exit.Config,
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
		folder := (&app{&shell.App{Runs: "runs"}}).folder(&config.Experiment{Name: "x", Partial: partial})
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
		o   open.Options
	}{
		"congrad run tiny": {app{&shell.App{Device: "auto", Runs: "runs"}}, "tiny", open.Options{}},
		"congrad run 'my file.toml' --set 'title=it'\\''s $HOME' --set train.learning_rate=1e-5 --limit 8 --seeds 1,2 --device go --runs '/my runs'": {
			app{&shell.App{Device: "go", Runs: "/my runs"}}, "my file.toml", open.Options{Sets: []string{"title=it's $HOME", "train.learning_rate=1e-5"}, Limit: 8, Seeds: "1,2"},
		},
		"congrad run '' --set 'seeds=[1]'": {app{&shell.App{Device: "auto", Runs: "runs"}}, "", open.Options{Sets: []string{"seeds=[1]"}}},
	} {
		if got := c.a.again(c.arg, c.o); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// The program was not built from the repository that it happens to be called in.
func TestCommitIsTheBinarys(t *testing.T) {
	built, _ := machine.Commit()
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=x", "-c", "user.email=x", "commit", "-q", "--allow-empty", "-m", "x"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Skipf("git %s: %v: %s", args[0], err, out)
		}
	}
	if got, _ := machine.Commit(); got != built {
		t.Errorf("commit %q in one repository, %q in another", built, got)
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
		{errors.New("x"), exit.Other},
		{fmt.Errorf("step 3: %w", train.ErrNumerical), exit.Numerical},
		{fmt.Errorf("block 3: %w", nn.ErrNotFinite), exit.Numerical},
		{fmt.Errorf("keeping: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), exit.Full},
		{&disk.WriteError{Path: "x", Err: syscall.EROFS}, exit.Unwritable},
		{&disk.WriteError{Path: "x", Err: fs.ErrPermission}, exit.Unwritable},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, exit.Other}, // of something to read
		{fmt.Errorf("reading: %w", exit.With(exit.Data, errors.New("x"))), exit.Data},
		{exit.With(exit.Config, exit.With(exit.Backend, errors.New("x"))), exit.Backend}, // the first word counts
	} {
		if got := (&app{&shell.App{Err: io.Discard}}).conclude(context.Background(), c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
	var errs strings.Builder // a full disk makes several errors
	err := errors.Join(&disk.WriteError{Path: "runs/.store/a", Err: syscall.ENOSPC}, &disk.WriteError{Path: "runs/x/manifest.json", Err: syscall.ENOSPC})
	(&app{&shell.App{Err: &errs}}).conclude(context.Background(), err)
	if errs.String() != "congrad: no space is left on the disk of runs/.store/a. Finished work is kept: free some space, and the same command continues\n" {
		t.Error(errs.String())
	}
	for signal, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(stopped{signal: signal})
		if got := (&app{&shell.App{Err: io.Discard}}).conclude(ctx, fmt.Errorf("sampling: %w", context.Canceled)); got != want {
			t.Errorf("%v: exit code %d, want %d", signal, got, want)
		}
	}
}
