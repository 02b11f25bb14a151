// Package devicetest runs a test on every backend.
package devicetest

import (
	"os"
	"strings"
	"testing"

	"congrad/harness/device"
)

// Each runs the test on the pure-Go backend and on XLA. Where no plugin is installed the XLA half is skipped, unless
// CONGRAD_TEST_BACKENDS names it ("go,xla", as continuous integration sets it): then it fails. With -short it is skipped anyway, since
// XLA compiles for seconds what runs for milliseconds.
func Each(t *testing.T, test func(t *testing.T, b device.Backend)) {
	t.Helper()
	for _, name := range []string{"go", "xla"} {
		t.Run(name, func(t *testing.T) {
			if name == "xla" && testing.Short() {
				t.Skip("slow: compiles for XLA")
			}
			b, _, err := device.Open(name)
			if err != nil {
				if strings.Contains(os.Getenv("CONGRAD_TEST_BACKENDS"), name) {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			test(t, b)
		})
	}
}
