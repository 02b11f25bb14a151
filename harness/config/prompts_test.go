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
		if err != nil || fmt.Sprint(again.Prompts) != fmt.Sprint(e.Prompts) || fmt.Sprint(again.Evaluate) != fmt.Sprint(e.Evaluate) {
			t.Errorf("%s, resolved: %v\n%s", name, err, e.Resolved())
		}
	}
}

// What cannot go together is said before anything is read.
func TestPromptErrors(t *testing.T) {
	for sets, want := range map[string]string{
		"prompts.source=file": `--set: prompts.source: "file": want one of tiny, files`,
		"prompts.path=":       `--set prompts.path= (with x.toml:39): prompts.source: "files" needs prompts.path: a file, or with {lang} in it one file per language`,
		"prompts.source=tiny": `--set prompts.source=tiny (with x.toml:40): prompts.path: is read only by prompts.source = "files"; the source is "tiny"`,
		"prompts.path=all.jsonl prompts.columns.language=":                 `--set: prompts.columns.language: is empty; name the column, or put {lang} into the path for one file per language`,
		"prompts.columns.language=lang":                                    `--set: prompts.columns.language: is not read, since {lang} in the path gives the language; leave one of the two out`,
		"prompts.columns.prompt=":                                          `--set: prompts.columns.prompt: is empty; name the column with the instruction`,
		`prompts.kinds=["number"]`:                                         `--set: prompts.kinds: is read only by prompts.source = "tiny"; the source is "files"`,
		"evaluate.columns.id=x":                                            `--set evaluate.columns.id=x (with x.toml:18): evaluate.columns: is for evaluate.path, which is not set`,
		"evaluate.path=x.jsonl prompts.held_out=0.1":                       `--set: prompts.held_out: evaluate.path has the held-out prompts already; give only one of the two`,
		"prompts.held_out=0.7 prompts.dev=0.3":                             `--set: prompts.dev: prompts.held_out (0.7) and prompts.dev (0.3) leave no prompts for preferences`,
		"base.steps=5":                                                     `--set: base.steps: further training uses the embedded world, but prompts.source is "files"; remove this key`,
		"judge.kind=reference prompts.columns.answer= evaluate.judge=self": `--set: judge.kind: "reference" needs reference answers, but prompts.columns.answer names no column; want "self", or the column`,
		"pair.flip=0.2 prompts.columns.answer= evaluate.judge=self":        `--set: pair.flip: planted conflicts are measured against reference answers, but prompts.columns.answer names no column`,
		"prompts.columns.answer=":                                          `--set prompts.columns.answer= (with x.toml:18): evaluate.judge: "reference" needs reference answers, but no column has those of the held-out prompts; want "self", or the column (prompts.columns.answer, evaluate.columns.answer)`,
		"evaluate.path=x.jsonl evaluate.columns.id=x":                      `--set evaluate.path=x.jsonl --set evaluate.columns.id=x (with x.toml:18): evaluate.judge: "reference" needs reference answers, but no column has those of the held-out prompts; want "self", or the column (prompts.columns.answer, evaluate.columns.answer)`,
		"prompts.columns.promt=x":                                          `--set: prompts.columns.promt: no such key; did you mean "prompt"? (congrad defaults lists all)`,
	} {
		_, err := load(fromFiles, strings.Fields(sets)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", sets, err, want)
		}
	}
	grid := "[grid]\nrows = { key = \"prompts.columns.id\", values = [\"a\"] }\ncolumns = { key = \"judge.noise\", values = [0.0] }\n"
	if _, err := load(fromFiles + grid); err == nil || !strings.Contains(err.Error(), `"prompts.columns.id" cannot be an axis: all cells share their prompts`) {
		t.Errorf("columns as an axis: %v", err)
	}
}

// Kinds of the embedded world's prompts are those that it has for them; those of the alignment tax are none.
func TestKindsOfPrompts(t *testing.T) {
	for kinds, want := range map[string]string{
		`["number", "amount"]`: "",
		`[]`:                   "",
		`["numbers"]`:          `--set: prompts.kinds: the 1st entry, "numbers": want one of territory, language, currency, date_short, date_long, number, percent, amount; did you mean "number"?`,
		`["number", "month"]`:  `--set: prompts.kinds: the 2nd entry, "month": want one of territory,`,
		`["number", "number"]`: `--set: prompts.kinds: the 2nd entry, number, is a duplicate`,
		"numbr":                `--set: prompts.kinds: the 1st entry, "numbr": want one of territory,`,
	} {
		e, err := load(good, "prompts.kinds="+kinds)
		if want == "" && (err != nil || !strings.Contains(string(e.Resolved()), "kinds = "+kinds)) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s:\ngot  %v\nwant %s", kinds, err, want)
		}
	}
}
