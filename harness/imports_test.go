// Package harness_test holds what is true of the layout as a whole.
package harness_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// layers lists every package, bottom first: a package imports only from layers below its own.
var layers = [][]string{
	{"harness/userfile"},
	{"harness/rng", "harness/suggest", "harness/tomlfile", "harness/exit", "harness/doctest", "harness/disk", "harness/model/mapped", "harness/model/narrow", "harness/hub", "experiments"},
	{"harness/record", "harness/lang", "harness/store", "harness/disk/faulty", "harness/model/safetensors", "harness/model/gguf", "harness/data/parquet", "harness/text/jinja", "eval/chrf", "eval/langid", "eval/lengthcontrol", "eval/stats", "eval/task", "harness/world/cldr"},
	{"harness/world", "harness/text", "harness/model", "harness/method", "harness/loss", "harness/preference", "harness/judge/endpoint", "experiments/tiny/extract"},
	{"harness/config", "harness/data", "harness/forecast", "harness/device", "harness/device/devicetest", "results/table", "results/records", "results/synthetic"},
	{"harness/nn", "results/measure"},
	{"harness/decode", "harness/sketch", "harness/train", "results/outcome"},
	{"harness/judge", "results/figure"},
	{"harness/pretrain", "harness/stage", "results/report", "results/exchange"},
	{"harness/bench", "results", "results/bench"},
	{"harness/kind"},
	{"harness/kind/filtering", "harness/kind/sampling"},
	{"harness/kind/evaluation", "harness/kind/training"},
	{"harness/run"},
	{"harness/paper"},
	{"harness/cli/machine", "harness/cli/progress", "harness/open"},
	{"harness/cli/shell", "harness/bench/peers"},
	{"harness/cli/tool"},
	{"harness/cli"},
	{"cmd/congrad"},
}

// within a layer these may import each other in the direction given.
var sideways = map[string]string{"harness/device/devicetest": "harness/device", "harness/train": "harness/sketch"}

const root = ".."

// sources calls f with every Go file of the project, by its path from the root. The code of others in third_party is not part of it.
func sources(t *testing.T, f func(path, pkg string, imports []string, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && file == filepath.Join(root, "third_party") {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, i := range parsed.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, path)
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		f(rel, filepath.ToSlash(filepath.Dir(rel)), imports, string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportsPointDown(t *testing.T) {
	rank := map[string]int{}
	for i, layer := range layers {
		for _, pkg := range layer {
			rank[pkg] = i + 1
		}
	}
	sources(t, func(path, pkg string, imports []string, _ string) {
		if pkg == "harness" {
			return // this test
		}
		if rank[pkg] == 0 {
			t.Errorf("%s: the package stands in no layer; enter it into layers", path)
			return
		}
		for _, i := range imports {
			below, ours := strings.CutPrefix(i, "congrad/")
			if !ours || strings.HasSuffix(path, "_test.go") {
				continue
			}
			if rank[below] >= rank[pkg] && sideways[pkg] != below {
				t.Errorf("%s imports %s, which is not in a layer below", path, i)
			}
		}
	})
}

// GoMLX graphs are built in nn, and backends started in device; nobody else knows GoMLX.
func TestGoMLXStaysInItsPlace(t *testing.T) {
	sources(t, func(path, pkg string, imports []string, _ string) {
		for _, i := range imports {
			if strings.HasPrefix(i, "github.com/gomlx/") && pkg != "harness/nn" && pkg != "harness/device" {
				t.Errorf("%s imports %s", path, i)
			}
		}
	})
}

// Results and statistics are functions of records: of the harness they use records, streams, and how files and names are read.
func TestReportingNeedsNoModel(t *testing.T) {
	allowed := map[string]bool{"congrad/harness/record": true, "congrad/harness/rng": true, "congrad/harness/suggest": true, "congrad/harness/tomlfile": true, "congrad/harness/userfile": true}
	sources(t, func(path, pkg string, imports []string, _ string) {
		if !strings.HasPrefix(pkg, "results") && !strings.HasPrefix(pkg, "eval") {
			return
		}
		for _, i := range imports {
			if strings.HasPrefix(i, "congrad/harness/") && !allowed[i] {
				t.Errorf("%s imports %s", path, i)
			}
		}
	})
}

// What runs an experiment does not know how it is reported: records are all that passes.
func TestRunningNeedsNoReport(t *testing.T) {
	reports := regexp.MustCompile(`^harness/(paper|cli)(/|$)`)
	sources(t, func(path, pkg string, imports []string, _ string) {
		if !strings.HasPrefix(pkg, "harness/") || reports.MatchString(pkg) || strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, i := range imports {
			if strings.HasPrefix(i, "congrad/results") {
				t.Errorf("%s imports %s", path, i)
			}
		}
	})
}

// Randomness comes from rng and time enters manifests and progress only.
func TestNoHiddenInputs(t *testing.T) {
	global := regexp.MustCompile(`(?:^|[^.\w])rand\.(Int|IntN|Int64|Int64N|Uint64|Float64|NormFloat64|Perm|Shuffle|N)\(`)
	clock := regexp.MustCompile(`\btime\.(Now|Since)\(`)
	mayTellTime := map[string]bool{
		"harness/stage/execute.go":         true, // how long a stage took, for progress and manifest
		"harness/store/checkpoint.go":      true, // when a checkpoint is due
		"harness/store/log.go":             true, // when to flush
		"harness/store/registry.go":        true, // when a run was planned
		"harness/store/trash.go":           true, // since when a file has been there
		"harness/device/kept.go":           true, // which compiled program was used least recently
		"harness/nn/probe.go":              true, // doctor's measurements
		"harness/nn/programs.go":           true, // how long compilation took, for the manifest
		"harness/bench/peers/main.go":      true, // what a task takes next to other libraries
		"harness/cli/progress/progress.go": true,
		"harness/cli/manifest.go":          true,
		"harness/cli/run.go":               true,
		"harness/cli/validatescores.go":    true,
		"harness/cli/grid.go":              true,
		"harness/cli/finished.go":          true,
		"harness/cli/progress/left.go":     true,
		"harness/cli/gc.go":                true, // how long a file has been in the trash
		"harness/cli/tool/probe.go":        true, // the day of a measurement
		"harness/cli/tool/pretrain.go":     true,
		"harness/judge/endpoint/ask.go":    true, // until when a server asks to wait
	}
	sources(t, func(path, _ string, imports []string, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, i := range imports {
			if i == "math/rand" {
				t.Errorf("%s imports math/rand; streams come from harness/rng", path)
			}
		}
		if at := global.FindString(text); at != "" {
			t.Errorf("%s calls %s): a global generator", path, at)
		}
		if at := clock.FindString(text); at != "" && !mayTellTime[path] {
			t.Errorf("%s calls %s): results do not depend on time", path, at)
		}
	})
}
