package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"congrad/harness/decode"
	"congrad/harness/train"

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
			return nil
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
		"validate tiny":                              0,
		"validate nothing":                           exitConfig,
		"run tiny --set a.b=c":                       exitConfig,
		"report nothing":                             exitConfig,
		"run tiny --device xla":                      exitBackend,
		"validate tiny --set model=" + broken:        0,
		"run tiny --device go --set model=" + broken: exitData,
		"pretrain nothing.toml":                      exitConfig,
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

func TestWordsOfFailure(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), exitOther},
		{fmt.Errorf("step 3: %w", train.ErrNumerical), exitNumerical},
		{fmt.Errorf("block 3: %w", decode.ErrNotFinite), exitNumerical},
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
