package tool_test

import (
	"os"
	"testing"

	"congrad/harness/cli"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"congrad": func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
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
