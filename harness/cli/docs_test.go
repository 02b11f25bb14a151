package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/cli/machine"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/results/synthetic"

	"github.com/rogpeppe/go-internal/testscript"
)

// fence is a block of shell commands in a document.
var fence = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```")

// Every command that a document shows is run, in the order of the document and in one folder. What would take minutes is
// planned instead (a whole experiment), asked for its plan by make -n, or, for another package's tests, looked up.
func TestDocumentedCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs every command that the documents show")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	documents = append(documents, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"), filepath.Join(root, "experiments", "LOG.md"), filepath.Join(root, "experiments", "tiny", "NOTICE.md"))
	dir := t.TempDir()
	count := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		var script strings.Builder
		fmt.Fprintf(&script, "# %s\n", filepath.Base(document))
		for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(block[1]) {
				command, comment, _ := strings.Cut(strings.TrimSpace(line), " #")
				if command = strings.TrimSpace(command); command == "" {
					continue
				}
				count++
				if strings.Contains(comment, "exit code 1") {
					script.WriteString("! ")
				}
				script.WriteString(runnable(t, document, command) + "\n")
				if answer, ok := strings.CutPrefix(strings.TrimSpace(comment), "answers "); ok {
					fmt.Fprintf(&script, "stdout '^%s$'\n", regexp.QuoteMeta(answer))
				}
			}
		}
		within, err := filepath.Rel(root, document)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.ReplaceAll(strings.TrimSuffix(within, ".md"), "/", "-") + ".txtar"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if count < 10 {
		t.Errorf("only %d commands were found; is the pattern still right?", count)
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: func(e *testscript.Env) error {
		plugin := filepath.Join(e.WorkDir, "plugin.so") // something is installed, so that setup has nothing to do
		if err := os.WriteFile(plugin, nil, 0o644); err != nil {
			return err
		}
		for name, value := range map[string]string{"ROOT": root, "CONGRAD_PLUGIN": plugin, "CONGRAD_CACHE": e.WorkDir, "GOFLAGS": "-mod=readonly", "GOCACHE": goEnv(t, "GOCACHE"), "GOPATH": goEnv(t, "GOPATH"), "HOME": e.WorkDir} {
			e.Setenv(name, value)
		}
		if err := os.WriteFile(filepath.Join(e.WorkDir, "pairs.jsonl"), []byte(somePairs), 0o644); err != nil {
			return err
		}
		if err := someModel(e.WorkDir); err != nil {
			return err
		}
		for _, own := range []struct {
			document, name, field string
			languages             []string
		}{
			{"docs/add-prompts.md", "own", "instruction", []string{"English", "German", "Swahili"}},
			{"docs/languages.md", "rivers", "prompt", []string{"por_Latn", "Yoruba", "Galician"}},
			{"README.md", "mine", "prompt", []string{"English", "German", "Swahili"}},
		} {
			if err := ownPrompts(e.WorkDir, root, own.document, own.name, own.field, own.languages); err != nil {
				return err
			}
		}
		if err := givenPairs(e.WorkDir, root); err != nil {
			return err
		}
		small, err := os.ReadFile("tool/testdata/source/small.gguf") // in place of what make smollm2 fetches
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(e.WorkDir, filepath.Dir(smollm2)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(e.WorkDir, smollm2), small, 0o644); err != nil {
			return err
		}
		if err := ownTask(e.WorkDir, root); err != nil {
			return err
		}
		return finishedRun(e.WorkDir)
	}})
}

// smollm2 is where make smollm2 leaves its model.
const smollm2 = "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"

// somePairs are the user's own, for the documents that speak of them.
const somePairs = `{"lang": "de", "prompt": "12", "chosen": "zwölf", "rejected": "twelve"}
{"lang": "en", "prompt": "12", "chosen": "twelve", "rejected": "zwölf"}
`

// The snippet of docs/records.md runs where there is a Python with pandas, and prints the mean of every arm in every language.
func TestPandasSnippet(t *testing.T) {
	interpreter := cmp.Or(os.Getenv("CONGRAD_EXCHANGE"), "python3")
	if exec.Command(interpreter, "-c", "import pandas, pyarrow").Run() != nil {
		t.Skip("no Python with pandas and pyarrow")
	}
	text, err := os.ReadFile("../../docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	snippet := regexp.MustCompile("(?ms)^```python\n(.*?)^```").FindSubmatch(text)
	if snippet == nil {
		t.Fatal("docs/records.md has no snippet")
	}
	t.Chdir(t.TempDir())
	if err := finishedRun("."); err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	if code := Main([]string{"records", "tiny", "--out", "tiny-parquet"}, strings.NewReader(""), io.Discard, &complaints); code != 0 {
		t.Fatalf("exit code %d: %s", code, complaints.String())
	}
	out, err := exec.Command(interpreter, "-c", string(snippet[1])).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mean, n := 0.0, 0.0
	for _, e := range synthetic.Set(synthetic.Small()).Evaluations {
		if e.Arm == "congrad" && e.Lang == "en" {
			mean, n = mean+e.Win, n+1
		}
	}
	line := regexp.MustCompile(`(?m)^English .*$`).FindString(string(out))
	if !strings.Contains(line, fmt.Sprintf("%.3f", mean/n)) {
		t.Errorf("the row of English has no %.3f:\n%s", mean/n, out)
	}
}

// someModel leaves a model of the user's own, and what transformers computes with it, for the documents that speak of one.
func someModel(work string) error {
	tiny, err := fs.Sub(experiments.Files, "tiny/base-1")
	if err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(work, "my-model"), tiny); err != nil {
		return err
	}
	data, err := os.ReadFile("testdata/reference.safetensors") // made by reference.py
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(work, "reference.safetensors"), data, 0o644)
}

// ownPrompts leaves the experiment of a name that a document shows, and the file that it reads, whose prompts are in a field and in these languages.
func ownPrompts(work, root, document, name, field string, languages []string) error {
	text, err := os.ReadFile(filepath.Join(root, document))
	if err != nil {
		return err
	}
	experiment := regexp.MustCompile("(?ms)^```toml\n(name = \"" + name + "\"\n.*?)^```").FindSubmatch(text)
	if experiment == nil {
		return fmt.Errorf("%s shows no experiment named %s", document, name)
	}
	path := regexp.MustCompile(`\bpath = "(.*?)"`).FindSubmatch(experiment[1])
	if path == nil {
		return fmt.Errorf("%s: %s reads no file", document, name)
	}
	var prompts strings.Builder
	for i := range 250 {
		for _, language := range languages {
			fmt.Fprintf(&prompts, "{\"id\": %d, \"lang\": %q, %q: \"%s %d\"}\n", i, language, field, language, i)
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(work, name+".toml"), experiment[1], 0o644),
		os.WriteFile(filepath.Join(work, string(path[1])), []byte(prompts.String()), 0o644),
	)
}

// givenPairs leaves the experiment that docs/own-pairs.md shows.
func givenPairs(work, root string) error {
	text, err := os.ReadFile(filepath.Join(root, "docs", "own-pairs.md"))
	if err != nil {
		return err
	}
	experiment := regexp.MustCompile("(?ms)^```toml\n(name = \"given\"\n.*?)^```").FindSubmatch(text)
	if experiment == nil {
		return errors.New("docs/own-pairs.md shows no experiment named given")
	}
	return os.WriteFile(filepath.Join(work, "given.toml"), experiment[1], 0o644)
}

// ownTask leaves the task that docs/add-a-task.md shows, and its items.
func ownTask(work, root string) error {
	text, err := os.ReadFile(filepath.Join(root, "docs", "add-a-task.md"))
	if err != nil {
		return err
	}
	items := regexp.MustCompile("(?ms)^```json\n(.*?)^```").FindSubmatch(text)
	task := regexp.MustCompile("(?ms)^```toml\n(title = \"capitals\"\n.*?)^```").FindSubmatch(text)
	if items == nil || task == nil {
		return errors.New("docs/add-a-task.md shows no task named capitals with its items")
	}
	return errors.Join(os.WriteFile(filepath.Join(work, "capitals.jsonl"), items[1], 0o644), os.WriteFile(filepath.Join(work, "capitals.toml"), task[1], 0o644))
}

// runnable is a documented command as the script runs it.
func runnable(t *testing.T, document, command string) string {
	t.Helper()
	words := strings.Fields(command)
	switch words[0] {
	case "congrad":
		if words[1] == "run" && !strings.Contains(command, "--limit") && !strings.Contains(command, "--dry-run") && !strings.Contains(command, "--prepare") {
			command += " --dry-run"
		}
		if words[1] == "plan" && !strings.Contains(command, "--gflops") {
			command += " --gflops 150" // instead of measuring a machine that is busy with tests
		}
		if words[1] == "run" || slices.Contains([]string{"validate-scores", "doctor", "diagnose", "generate", "export", "model", "plan"}, words[1]) {
			command += " --device go"
		}
		if words[1] == "examine" { // takes minutes without XLA
			return "congrad examine --help"
		}
		if words[1] == "pretrain" {
			return "exec test -f $ROOT/" + words[2]
		}
		return command
	case "make":
		return "exec make -C $ROOT -n " + strings.Join(words[1:], " ")
	case "go":
		for _, w := range words {
			if strings.HasPrefix(w, "./") {
				return "exec go -C $ROOT list " + strings.TrimSuffix(w, "/...") + "/..."
			}
		}
	case "git", "cd", "podman", "export":
		return "# " + command
	}
	t.Errorf("%s shows %q, which this test does not know how to run", filepath.Base(document), command)
	return ""
}

// finishedRun leaves the records and the manifest of a study in runs/tiny, and its table of what it took, for the documents that
// speak of one.
func finishedRun(work string) error {
	set := synthetic.Set(synthetic.Small())
	files, err := set.Files()
	if err != nil {
		return err
	}
	out, err := run.Folder(filepath.Join(work, "runs", "tiny")).Writer()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := out.Write("records/"+name, data); err != nil {
			return err
		}
	}
	plan, err := stage.Plan{Stages: []*stage.Stage{}}.Marshal()
	if err != nil {
		return err
	}
	if err := out.Write("plan.json", plan); err != nil {
		return err
	}
	m := run.Manifest{Outcome: "finished", Spent: []record.Spent{{Stage: "train", Kind: "train", Arms: []string{"joint"}, Trained: 1, Seconds: 1, Calls: 1}}}
	cost, err := costTable(set, m)
	if err != nil {
		return err
	}
	err = write(out, cost)
	m.Files = out.Files
	return errors.Join(err, out.WriteManifest(m))
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// The table of defaults in the documents is the program's.
func TestDefaultsAreDocumented(t *testing.T) {
	var out bytes.Buffer
	if code := Main([]string{"defaults", "--markdown"}, strings.NewReader(""), &out, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	text, err := os.ReadFile("../../docs/defaults.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(text), out.String()) {
		t.Error("docs/defaults.md is not what congrad defaults --markdown prints (make record)")
	}
}

// docs/results.md shows the table of the recorded run.
func TestResultsShowTheRecordedRun(t *testing.T) {
	shown, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../../docs/tiny-1/main.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "|") && !strings.Contains(string(shown), line) {
			t.Errorf("docs/results.md lacks a line of docs/tiny-1/main.md: %s", line)
		}
	}
}

// Every environment variable that the program reads is in the list of the documents.
func TestVariablesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	read, count := regexp.MustCompile(`os\.(?:Getenv|LookupEnv)\("([A-Z_]+)"\)`), 0
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "third_party" {
			return fs.SkipDir // libraries have documents of their own
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range read.FindAllSubmatch(source, -1) {
			count++
			if !strings.Contains(string(text), "`"+string(m[1])+"`") {
				t.Errorf("%s reads %s, which docs/README.md does not explain", path, m[1])
			}
		}
		return err
	})
	if err != nil || count < 5 {
		t.Errorf("%d uses of variables were found, error %v", count, err)
	}
}

// The releases that the files at the root name are the program's.
func TestVersionIsOne(t *testing.T) {
	for file, want := range map[string]string{"CHANGELOG.md": "## " + machine.Version + " (", "CITATION.cff": "\nversion: " + machine.Version + "\n"} {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s does not name version %s", file, machine.Version)
		}
	}
}

// The memory of the embedded study in the README is that of its plan.
func TestReadmeQuotesThePlan(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("(?m)^\\| `tiny-1` .*?([0-9.]+ GB) \\(plan\\)").FindSubmatch(readme)
	if quoted == nil {
		t.Fatal("README.md has no row for tiny-1 in its table of memory")
	}
	var out bytes.Buffer
	if code := Main([]string{"plan", "tiny-1", "--gflops", "150", "--device", "go"}, strings.NewReader(""), &out, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if want := ", " + string(quoted[1]) + " of "; !strings.Contains(out.String(), want) {
		t.Errorf("README.md says %s, the plan:\n%s", quoted[1], out.String())
	}
}

// Every estimate in the README, among its results and in the output that it shows, is in the document that it comes from.
func TestReadmeQuotesWhatItLinks(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`\[[^\[\]]*?([-+]?[0-9.]+) \[([-+]?[0-9.]+), ([-+]?[0-9.]+)\]\]\((docs/[^)]*)\)`).FindAllSubmatch(readme, -1)
	shown := regexp.MustCompile("(?ms)^```text\n(.*?)^```").FindSubmatch(readme)
	if shown == nil {
		t.Fatal("README.md shows no output")
	}
	for _, e := range regexp.MustCompile(`([-+]?[0-9.]+) \[([-+]?[0-9.]+), ([-+]?[0-9.]+)\]`).FindAllSubmatch(shown[1], -1) {
		quoted = append(quoted, append(e, []byte("docs/tiny/main.md")))
	}
	if len(quoted) < 10 {
		t.Fatalf("%d estimates were found; is the pattern still right?", len(quoted))
	}
	for _, q := range quoted {
		text, err := os.ReadFile("../../" + string(q[4]))
		if err != nil {
			t.Error(err)
			continue
		}
		estimate := fmt.Sprintf("%s [%s, %s]", q[1], q[2], q[3])
		if plain := strings.ReplaceAll(estimate, "+", ""); !strings.Contains(string(text), estimate) && !strings.Contains(string(text), plain) {
			t.Errorf("README.md quotes %s, which is not in %s", estimate, q[4])
		}
	}
}
