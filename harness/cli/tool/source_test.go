package tool_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/cli"
	"congrad/harness/cli/shell"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/store"
)

const smallGGUF = "testdata/source/small.gguf"

// call runs the program and returns its exit code and what it printed.
func call(in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = cli.Main(args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// exportTo writes a model as congrad export does.
func exportTo(t *testing.T, name string, w shell.ModelOut) {
	t.Helper()
	base, chat, err := open.Model(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(base, chat, nil); err != nil {
		t.Fatal(err)
	}
}

// A model gives the ids and continuations that transformers has for it (testdata/source/make.py), wherever it lies: in a GGUF
// file, in the folder that is exported of it, or in the cache of downloaded models.
func TestSourcesAreOneModel(t *testing.T) {
	var cases []struct {
		Text, Plain, Chat string
		IDs               []int
	}
	data, err := os.ReadFile("testdata/source/small.json")
	if err == nil {
		err = json.Unmarshal(data, &cases)
	}
	if err != nil || len(cases) < 4 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	const commit = "0123456789abcdef0123456789abcdef01234567"
	folder := filepath.Join(t.TempDir(), "folder")
	exportTo(t, smallGGUF, shell.ModelOut{Out: folder, DType: "float32"})
	cached := filepath.Join(os.Getenv("HF_HUB_CACHE"), "models--org--small")
	exportTo(t, folder, shell.ModelOut{Out: filepath.Join(cached, "snapshots", commit), DType: "float32"})
	if err := store.WriteFile(filepath.Join(cached, "refs", "main"), []byte(commit)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{smallGGUF, folder, "org/small", "org/small@" + commit} {
		for _, c := range cases {
			want, err := json.Marshal(c.IDs)
			if err != nil {
				t.Fatal(err)
			}
			if code, out, errs := call(c.Text+"\n", "tokenize", "--model", name); code != 0 || strings.TrimSpace(out) != string(want) {
				t.Errorf("%s: %q: ids %s, want %s: %s", name, c.Text, out, want, errs)
			}
		}
		for _, chat := range []bool{false, true} {
			args, in, want := []string{"generate", "--device", "go", "--greedy", "--max-tokens", "12", "--prompt", "-", "--model", name}, "", ""
			if chat {
				args = append(args, "--chat")
			}
			for _, c := range cases {
				in += c.Text + "\n"
				if chat {
					want += c.Chat + "\n"
				} else {
					want += c.Plain + "\n"
				}
			}
			if code, out, errs := call(in, args...); code != 0 || out != want {
				t.Errorf("%s, chat %v:\n%s\nwant\n%s%s", name, chat, out, want, errs)
			}
		}
	}
	a, _, err := open.Model(smallGGUF)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := open.Model("org/small")
	if err != nil {
		t.Fatal(err)
	}
	if a.Weights.Hash() != b.Weights.Hash() || a.Config != b.Config || string(a.Tokenizer) != string(b.Tokenizer) {
		t.Error("the exported model is another one")
	}
	for name, data := range a.Usage { // what an export completes is complete already, but for its spelling
		if got := string(b.Usage[name]); name == "tokenizer_config.json" && got != string(data) || got == "" {
			t.Errorf("%s: %s, was %s", name, got, data)
		}
	}
}

// In bfloat16, too, a folder opens, with weights rounded.
func TestExportInTwoBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	exportTo(t, "tiny-1", shell.ModelOut{Out: dir, DType: "bfloat16"})
	a, _, err := open.Model("tiny-1")
	if err != nil {
		t.Fatal(err)
	}
	b, chat, err := open.Model(dir)
	if err != nil {
		t.Fatal(err)
	}
	rounded := false
	for i := range a.Weights.Tensors {
		for k, x := range a.Weights.Tensors[i] {
			y := b.Weights.Tensors[i][k]
			if d := float64(x - y); d > 0.004*float64(max(x, -x)) || d < -0.004*float64(max(x, -x)) {
				t.Fatalf("%g became %g", x, y)
			}
			rounded = rounded || x != y
		}
	}
	if !rounded || !strings.Contains(string(b.Source), `"dtype": "bfloat16"`) || chat.Layout() != "embedded" {
		t.Errorf("rounded %v, %s, %s", rounded, chat.Layout(), b.Source)
	}
}

func TestGenerateDrawsBySeed(t *testing.T) {
	draw := func(seed string) string {
		t.Helper()
		code, out, errs := call("a\nb\na\n", "generate", "--device", "go", "--prompt", "-", "--max-tokens", "6", "--temperature", "2", "--top-p", "1", "--seed", seed)
		if code != 0 || strings.Count(out, "\n") < 3 {
			t.Fatalf("%d, %q, %s", code, out, errs)
		}
		return out
	}
	one := draw("1")
	if draw("1") != one {
		t.Error("one seed, two texts")
	}
	if draw("2") == one {
		t.Error("two seeds, one text")
	}
	if lines := strings.Split(one, "\n"); lines[0] == lines[2] {
		t.Errorf("two prompts share a stream: %q", one)
	}
}

func TestWhatSourcesAreNot(t *testing.T) {
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	wrong := filepath.Join(t.TempDir(), "wrong.gguf")
	if err := os.WriteFile(wrong, []byte("GGML"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"tokenize --model org/small", exit.Data, `"org/small" is not a folder, and the model org/small was not downloaded (congrad model download org/small)`},
		{"tokenize --model org/small@v1", exit.Data, `(congrad model download org/small@v1)`},
		{"validate tiny --set model=org/small", exit.Config, `congrad model download org/small`},
		{"tokenize --model missing.gguf", exit.Data, `"missing.gguf": no such file`},
		{"tokenize --model " + wrong, exit.Data, "wrong.gguf"},
		{"generate --prompt x --model " + wrong, exit.Data, "wrong.gguf"},
		{"tokenize --model source_test.go", exit.Data, `"source_test.go" is neither a folder nor a .gguf file`},
		{"tokenize --model tinny", exit.Data, `"tinny" is neither an embedded model (tiny, tiny-b, tiny-c, tiny-d, tiny-e, tiny-f, tiny-1) nor a folder, a .gguf file or an id org/name; did you mean "tiny"?`},
		{"generate", exit.Config, "--prompt: give a text"},
		{"generate --prompt x --max-tokens 0", exit.Config, "--max-tokens 0"},
		{"generate --prompt x --temperature 0", exit.Config, "--temperature 0: want 0.01 to 10 (or pass --greedy)"},
		{"generate --prompt x --top-p 2", exit.Config, "--top-p 2"},
		{"generate --prompt x --greedy --seed 2", exit.Config, "--seed: --greedy takes the likeliest token"},
		{"export tiny congrad", exit.Config, "--out: name the folder to write"},
		{"export tiny congrad --out testdata", exit.Config, "testdata is not empty"},
		{"export tiny congrad --out x --dtype int8", exit.Config, `--dtype "int8": want float32 or bfloat16`},
		{"export when-it-helps congrad --out x", exit.Config, "when-it-helps is a grid: name a cell of it"},
		{"model download nowhere", exit.Config, `"nowhere" is not a model id`},
	} {
		code, out, errs := call("", strings.Fields(c.args+" --runs "+t.TempDir())...)
		if code != c.code || !strings.Contains(errs, c.want) || out != "" {
			t.Errorf("congrad %s: exit code %d, want %d: %q, want %s", c.args, code, c.code, errs, c.want)
		}
	}
}
