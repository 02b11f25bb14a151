package cli

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/model"
	"congrad/harness/run"
)

// newManifest gathers what a run depends on beside its experiment. Everything that differs between machines or days
// stands here and nowhere else.
func newManifest(e *config.Experiment, env *run.Env, info device.Info) run.Manifest {
	weights, _ := env.Base.Hash() // the plan, which needs it too, has failed if it cannot be had
	m := run.Manifest{
		Schema:   1,
		Started:  time.Now().UTC(),
		Versions: versions(),
		Machine: map[string]string{
			"os": runtime.GOOS, "arch": runtime.GOARCH, "cpu": cpuModel(), "cores": strconv.Itoa(runtime.NumCPU()),
			"gomaxprocs": strconv.Itoa(runtime.GOMAXPROCS(0)), "memory": memory(),
		},
		Device:  map[string]string{"backend": info.Name, "plugin": info.Plugin.Name, "sha256": info.Plugin.SHA256},
		Hashes:  map[string]string{"weights": weights, "prompts": env.Source.Version(), "model": e.Model},
		Prompts: env.Source.Files(),
	}
	for _, variable := range []string{"XLA_FLAGS", "GOMAXPROCS"} {
		if value := os.Getenv(variable); value != "" {
			m.Device[variable] = value
		}
	}
	m.Commit, m.Dirty = commit()
	m.Licence = licence(e.Model)
	return m
}

// licence is what a model's files say of it, which no run depends on: empty where they cannot be read.
func licence(name string) string {
	at, err := findModel(name)
	if err != nil {
		return ""
	}
	text, err := model.Licence(at.dir)
	if at.gguf != "" {
		text, err = model.LicenceGGUF(at.dir, at.gguf)
	}
	if err != nil {
		return ""
	}
	return text
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
		case "github.com/gomlx/gomlx", "github.com/gomlx/go-xla", "gonum.org/v1/gonum", "gonum.org/v1/plot":
			v[d.Path] = d.Version
		}
	}
	return v
}

// commit is the git commit that the program was built from, which the Go tool notes in the binary. The working folder is
// no source of it: it may belong to another repository.
func commit() (revision string, dirty bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", false
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	return revision, dirty
}

// cpuModel and memory are read where Linux tells them, and empty elsewhere.
func cpuModel() string { return procValue("/proc/cpuinfo", "model name") }

func memory() string {
	if bytes := memoryBytes(); bytes > 0 {
		return fmt.Sprintf("%.1f GB", bytes/1e9)
	}
	return ""
}

// memoryBytes is what the machine has; 0 where that is not known.
func memoryBytes() float64 {
	kib, err := strconv.ParseFloat(strings.TrimSuffix(procValue("/proc/meminfo", "MemTotal"), " kB"), 64)
	if err != nil {
		return 0
	}
	return 1024 * kib
}

// machine names the machine in a line.
func machine() string {
	return fmt.Sprintf("%s, %d cores, %s", cmp.Or(cpuModel(), runtime.GOOS+" "+runtime.GOARCH), runtime.NumCPU(), cmp.Or(memory(), "memory not known"))
}

func procValue(file, key string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
