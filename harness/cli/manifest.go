package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"congrad/harness/cli/machine"
	"congrad/harness/config"
	"congrad/harness/open"
	"congrad/harness/run"
)

// newManifest gathers what a run depends on beside its experiment. Everything that differs between machines or days
// stands here and nowhere else.
func newManifest(e *config.Experiment, w *workplace) run.Manifest {
	weights, _ := w.bench.Base.Hash() // the plan, which needs it too, has failed if it cannot be had
	m := run.Manifest{
		Schema:   1,
		Started:  time.Now().UTC(),
		Versions: versions(),
		Machine: map[string]string{
			"os": runtime.GOOS, "arch": runtime.GOARCH, "cpu": machine.CPU(), "cores": strconv.Itoa(runtime.NumCPU()),
			"gomaxprocs": strconv.Itoa(runtime.GOMAXPROCS(0)), "memory": machine.Memory(),
		},
		Device:  map[string]string{"backend": w.info.Name, "plugin": w.info.Plugin.Name, "sha256": w.info.Plugin.SHA256},
		Hashes:  map[string]string{"weights": weights, "prompts": w.bench.Source.Version(), "model": e.Model},
		Prompts: run.PromptFiles(w.bench),
	}
	if w.info.Threads > 0 {
		m.Device["threads"] = strconv.Itoa(w.info.Threads)
	}
	for _, variable := range []string{"XLA_FLAGS", "XLA_DEBUG_OPTIONS", "PJRT_NPROC", "NPROC", "GOMAXPROCS"} {
		if value := os.Getenv(variable); value != "" {
			m.Device[variable] = value
		}
	}
	m.Program = machine.Program()
	m.Commit, m.Dirty = machine.Commit()
	m.Licence = open.Licence(e.Model)
	return m
}

// manifestBefore is what an earlier call of a run left; nothing where there was none.
func manifestBefore(folder run.Folder) run.Manifest {
	m, _ := folder.Manifest() // one that cannot be read has nothing to keep
	return m
}

// versions are those of Go and of the modules that compute.
func versions() map[string]string {
	v := map[string]string{"go": runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, d := range info.Deps {
		switch d.Path {
		case "github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "gonum.org/v1/gonum", "gonum.org/v1/plot":
			v[d.Path] = d.Version
		}
	}
	return v
}
