package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fromFiles is good with prompts of files.
const fromFiles = good + `[prompts]
source = "files"
path = "prompts/{lang}.jsonl"
[prompts.columns]
prompt = "instruction"
answer = "output"
`

// The evaluation's columns are the prompts', or all its own; what nothing reads has no value; the resolved file says the same.
func TestColumns(t *testing.T) {
	prompts := Columns{Prompt: "instruction", Language: "lang", Answer: "output"}
	for name, c := range map[string]struct {
		sets     string
		held     Columns
		resolved []string
	}{
		"no file of its own": {"", prompts, []string{"held_out = 0.2"}},
		"the same columns":   {"evaluate.path=held.jsonl", prompts, []string{"# held_out is not set", `answer = "output"`}},
		"its own columns": {
			"evaluate.path=held.parquet evaluate.columns.id=key evaluate.judge=self",
			Columns{Prompt: "prompt", Language: "lang", ID: "key"},
			[]string{"# held_out is not set", `id = "key"`},
		},
	} {
		e, err := load(fromFiles, strings.Fields(c.sets)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(c.held, e.Evaluate.Columns); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		for _, line := range append(c.resolved, "# language is not set") {
			if !strings.Contains(string(e.Resolved()), line) {
				t.Errorf("%s: the resolved file has no %q\n%s", name, line, e.Resolved())
			}
		}
		again, err := load(string(e.Resolved()))
		if err != nil || again.Prompts != e.Prompts || fmt.Sprint(again.Evaluate) != fmt.Sprint(e.Evaluate) {
			t.Errorf("%s, resolved: %v\n%s", name, err, e.Resolved())
		}
	}
}

// What cannot go together is said before anything is read.
func TestPromptErrors(t *testing.T) {
	for sets, want := range map[string]string{
		"prompts.source=file": `--set: prompts.source: "file": want one of tiny, files`,
		"prompts.path=":       `x.toml:39: prompts.source: "files" needs prompts.path, the file or, with {lang} in it, the files`,
		"prompts.source=tiny": `x.toml:40: prompts.path: only prompts.source = "files" reads it; the source is "tiny"`,
		"prompts.path=all.jsonl prompts.columns.language=":                 `--set: prompts.columns.language: is empty: without it, the path has {lang}, for a file in each language`,
		"prompts.columns.language=lang":                                    `--set: prompts.columns.language: is not read: the path has {lang}, so the file tells the language; leave one of the two out`,
		"prompts.columns.prompt=":                                          `--set: prompts.columns.prompt: is empty: the column with the instruction has a name`,
		"evaluate.columns.id=x":                                            `x.toml:18: evaluate.columns: only evaluate.path has columns of its own, and it is not set`,
		"evaluate.path=x.jsonl prompts.held_out=0.1":                       `--set: prompts.held_out: evaluate.path has the held-out prompts; give one of the two`,
		"prompts.held_out=0.7 prompts.dev=0.3":                             `--set: prompts.dev: with prompts.held_out (0.7) and prompts.dev (0.3) nothing is left for preferences`,
		"base.steps=5":                                                     `--set: base.steps: the base model is trained further on the embedded world, whose prompts prompts.source = "files" replaces; leave it out`,
		"judge.kind=reference prompts.columns.answer= evaluate.judge=self": `--set: judge.kind: "reference" compares with known answers, and prompts.columns.answer names no column; want "self", or the column`,
		"pair.flip=0.2 prompts.columns.answer= evaluate.judge=self":        `--set: pair.flip: planted conflicts are measured against known answers, and prompts.columns.answer names no column`,
		"prompts.columns.answer=":                                          `x.toml:18: evaluate.judge: "reference" compares with known answers, and no column has those of the held-out prompts; want "self", or the column (prompts.columns.answer, evaluate.columns.answer)`,
		"evaluate.path=x.jsonl evaluate.columns.id=x":                      `x.toml:18: evaluate.judge: "reference" compares with known answers, and no column has those of the held-out prompts; want "self", or the column (prompts.columns.answer, evaluate.columns.answer)`,
		"prompts.columns.promt=x":                                          `--set: prompts.columns.promt: no such key; did you mean "prompt"? (congrad defaults lists all)`,
	} {
		_, err := load(fromFiles, strings.Fields(sets)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", sets, err, want)
		}
	}
	grid := "[grid]\nrows = { key = \"prompts.columns.id\", values = [\"a\"] }\ncolumns = { key = \"judge.noise\", values = [0.0] }\n"
	if _, err := load(fromFiles + grid); err == nil || !strings.Contains(err.Error(), `"prompts.columns.id" is no axis: the cells share their prompts`) {
		t.Errorf("columns as an axis: %v", err)
	}
}
