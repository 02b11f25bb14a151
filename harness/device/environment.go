package device

import (
	"os"
	"slices"
	"strings"
)

// Environment lists the variables that are set and that XLA, its plugin, go-xla or the dynamic linker read, as NAME=value.
// GoMLX itself sets TF_CPP_MIN_LOG_LEVEL to 3, which is left out.
func Environment() []string {
	names := []string{"NPROC", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CONGRAD_PLUGIN", "OMP_NUM_THREADS"}
	prefixes := []string{"XLA_", "TF_CPP_", "TF_XLA_", "PJRT_", "GOPJRT_", "GOMLX_"}
	var set []string
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		if value == "" || e == "TF_CPP_MIN_LOG_LEVEL=3" {
			continue
		}
		if slices.Contains(names, name) || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			set = append(set, e)
		}
	}
	slices.Sort(set)
	return set
}

// flags is what the environment says about results: XLA_FLAGS, with the text of the file where it names one, and XLA_DEBUG_OPTIONS,
// which go-xla gives to the compiler.
func flags() string {
	given := os.Getenv("XLA_FLAGS")
	if given != "" && !strings.HasPrefix(strings.TrimSpace(given), "-") {
		if text, err := os.ReadFile(given); err == nil { // else XLA refuses it
			given = strings.Join(strings.Fields(string(text)), " ")
		}
	}
	if options := os.Getenv("XLA_DEBUG_OPTIONS"); options != "" {
		given = strings.TrimSpace(given + " XLA_DEBUG_OPTIONS=" + options)
	}
	return given
}
