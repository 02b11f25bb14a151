//go:build transformers

package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/cli/shell"
	"congrad/harness/decode"
	"congrad/harness/device"
	"congrad/harness/model/safetensors"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/store"
)

// This file is no part of the suite: it needs Python with transformers, which CONGRAD_PYTHON names (docs/models.md).

// parityCase is a text or question with what we make of it.
type parityCase struct {
	Text         string    `json:"text"`
	Chat         bool      `json:"chat"`
	Opening      []int     `json:"opening"`
	IDs          []int     `json:"ids"`
	Stops        []int     `json:"stops"`
	Answer       []int     `json:"answer"`
	Continuation string    `json:"continuation"`
	LogProbs     []float64 `json:"logprobs"`
}

// An exported model is the same model to transformers: equal ids, by its template, too, equal greedy continuations, and
// log-probabilities within rounding.
func TestTransformersLoadsAnExportedModel(t *testing.T) {
	out := exportedAgain(t, "tiny")
	parity(t, out, out, "", 1e-4, []string{"What is 2 + 3?", "Wie heißt Japan?", "12", "日本語 <b> x", ""}, []string{"All human beings are born free", "Kila mtu", ""})
}

// So is one whose tokenizer was made of the scores in a GGUF file.
func TestTransformersLoadsAnExportedSentencePiece(t *testing.T) {
	for _, name := range []string{"llama", "gemma", "scores"} {
		out := exportedAgain(t, "../../model/testdata/spm/"+name+".gguf")
		parity(t, out, out, "", 1e-4, nil, []string{"All human beings are born free", " zwei  Leerzeichen", "日本語 <b> x", "a<sep>b <sep> c", "\n\n\nx"})
	}
}

// So is one read from a GGUF file, here that of make smollm2, and what is exported of it.
func TestTransformersReadsTheSameGGUF(t *testing.T) {
	const path = "../../../build/models/SmolLM2-135M-Instruct.Q4_1.gguf"
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v (make smollm2)", err)
	}
	questions := []string{"What is the capital of France?", "Write a haiku about the sea.", "¿Cuánto es 12 + 30?", "Explain gravity to a child."}
	texts := []string{"The quick brown fox", "def fibonacci(n):\n    ", "In 1969,"}
	parity(t, path, filepath.Dir(path), filepath.Base(path), 1e-3, questions, texts)

	out := exportedAgain(t, path)
	parity(t, out, out, "", 1e-3, questions[:2], texts[:1])
}

// Every family is exported as files that transformers loads, with the same logits: the random models of harness/nn, and those of
// harness/model that are read from GGUF files.
func TestTransformersLoadsEveryExportedFamily(t *testing.T) {
	type logits struct {
		Name   string      `json:"name"`
		Folder string      `json:"folder"`
		IDs    []int       `json:"ids"`
		Logits [][]float32 `json:"logits"`
	}
	var cases []logits
	for _, pattern := range []string{"../../nn/testdata/families/*", "../../model/testdata/gguf/*.gguf", "../../model/testdata/spm/*.gguf"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d models, %v", pattern, len(names), err)
		}
		for _, name := range names {
			c := logits{Name: filepath.Base(name), Folder: filepath.Join(t.TempDir(), "out"), IDs: []int{1, 5, 2, 4, 3, 0, 1, 2, 5, 5, 3}}
			base, err := open.Weights(name)
			if err != nil {
				t.Fatal(err)
			}
			base.Tokenizer = []byte("{}")
			if err := store.WriteFolder(c.Folder, func(add store.AddFile) error { return base.Write(add, safetensors.F32) }); err != nil {
				t.Fatal(err)
			}
			e := nn.NewEngine(backend(t), base.Config)
			weights, err := e.Upload(base.Weights)
			if err != nil {
				t.Fatal(err)
			}
			if c.Logits, err = e.Logits(weights, c.IDs); err != nil {
				t.Fatal(err)
			}
			weights.Free()
			cases = append(cases, c)
		}
	}
	python(t, "testdata/logits.py", map[string]any{"tolerance": 1e-4, "cases": cases})
}

// exportedAgain is the folder that a model is written to.
func exportedAgain(t *testing.T, name string) string {
	t.Helper()
	base, chat, err := open.Model(name)
	if err != nil {
		t.Fatal(err)
	}
	w := shell.ModelOut{Out: filepath.Join(t.TempDir(), "out"), DType: "float32"}
	if err := w.Write(base, chat, nil); err != nil {
		t.Fatal(err)
	}
	return w.Out
}

func parity(t *testing.T, name, folder, gguf string, tolerance float64, questions, texts []string) {
	t.Helper()
	const most = 64
	base, chat, err := open.Model(name)
	if err != nil {
		t.Fatal(err)
	}
	e := nn.NewEngine(backend(t), base.Config)
	weights, err := e.Upload(base.Weights)
	if err != nil {
		t.Fatal(err)
	}
	defer weights.Free()
	var cases []parityCase
	for i, s := range append(questions, texts...) {
		c := parityCase{Text: s, Chat: i < len(questions), Opening: append([]int{}, chat.Opening()...), Stops: chat.Ends()}
		if c.IDs, err = (generation{chat: c.Chat}).tokens(chat, s); err != nil {
			t.Fatal(err)
		}
		answers, err := decode.Answers(context.Background(), e, weights, []decode.Prompt{{Tokens: c.IDs}}, decode.Block{Prompts: []int{0}, Count: 1}, 1,
			decode.Settings{MaxTokens: most, Stops: c.Stops})
		if err != nil {
			t.Fatal(err)
		}
		c.Answer = append([]int{}, answers[0][0].Tokens...)
		c.Continuation = chat.Decode(c.Answer)
		c.LogProbs = []float64{}
		if len(c.Answer) > 0 {
			span := nn.Bucket(len(c.IDs) + len(c.Answer))
			batch, err := nn.NewBatch([]nn.Row{{Prompt: c.IDs, Answer: c.Answer}}, 1, span, span)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := e.LogProbs(weights, batch)
			if err != nil {
				t.Fatal(err)
			}
			c.LogProbs = rows[0]
		}
		cases = append(cases, c)
	}
	python(t, "testdata/parity.py", map[string]any{"folder": folder, "gguf": gguf, "max_tokens": most, "tolerance": tolerance, "cases": cases})
}

func backend(t *testing.T) device.Backend {
	t.Helper()
	b, _, err := device.Open("auto")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// python runs a script with a value as JSON on its standard input.
func python(t *testing.T, script string, given any) {
	t.Helper()
	interpreter := os.Getenv("CONGRAD_PYTHON")
	if interpreter == "" {
		t.Fatal("CONGRAD_PYTHON names no Python with transformers (make transformers)")
	}
	input, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(interpreter, script)
	cmd.Stdin = bytes.NewReader(input)
	var errs strings.Builder
	cmd.Stderr = &errs
	said, err := cmd.Output()
	t.Logf("%s", said)
	if err != nil {
		t.Errorf("%v\n%s", err, errs.String())
	}
}
