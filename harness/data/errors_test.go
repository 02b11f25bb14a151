package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every error names file, row and column, and what is there instead.
func TestFileErrors(t *testing.T) {
	good := asked(1, "en", "de", "sw")
	pq, err := os.ReadFile("parquet/testdata/snappy.parquet")
	if err != nil {
		t.Fatal(err)
	}
	parquet := string(pq)
	for name, c := range map[string]struct {
		path    string
		columns Columns
		text    string
		want    string
	}{
		"no such file":              {"prompt.jsonl", Columns{}, good, `prompt.jsonl: no such file (prompts.path is taken from the working folder); did you mean "prompts.jsonl"?`},
		"of no known kind":          {"prompts.txt", Columns{}, good, `prompts.txt: want a file that ends in .csv, .jsonl, .parquet (prompts.path)`},
		"empty":                     {"prompts.jsonl", Columns{}, "\n", `prompts.jsonl: has no rows`},
		"a language is missing":     {"prompts.jsonl", Columns{}, asked(2, "en", "de", "ja"), `prompts.jsonl: has no prompts in Swahili (sw), a language of the experiment; column "lang" has "de" (2), "en" (2), "ja" (2)`},
		"another language's name":   {"prompts.jsonl", Columns{}, asked(2, "en", "Germann", "sw"), `prompts.jsonl: has no prompts in German (de), a language of the experiment; column "lang" has "Germann" (2), "en" (2), "sw" (2)`},
		"no column":                 {"prompts.jsonl", Columns{Prompt: "promt"}, good, `prompts.jsonl:1: has no column "promt" (prompts.columns.prompt): there are "about", "key", "lang", "prompt"; did you mean "prompt"?`},
		"no column in one row":      {"prompts.jsonl", Columns{}, good + "{}\n", `prompts.jsonl:4: has no column "prompt" (prompts.columns.prompt): it has no columns`},
		"a list":                    {"prompts.jsonl", Columns{}, good + "\n" + `{"prompt":["p"],"lang":"en"}`, `prompts.jsonl:5: column "prompt": want a string, have a list`},
		"a number":                  {"prompts.jsonl", Columns{Answer: "key"}, good, "prompts.jsonl:1: column \"key\": want a string, have a number\nprompts.jsonl:2: column \"key\": want a string, have a number\nprompts.jsonl:3: column \"key\": want a string, have a number"},
		"a broken number":           {"prompts.jsonl", Columns{ID: "key"}, `{"prompt":"p","lang":"en","key":1.5}`, `prompts.jsonl:1: column "key": want a string or a whole number, have a number`},
		"null":                      {"prompts.jsonl", Columns{}, `{"prompt":null,"lang":"en"}`, `prompts.jsonl:1: column "prompt": want a string, have null`},
		"an empty prompt":           {"prompts.jsonl", Columns{}, good + `{"prompt":" \n","lang":"en"}`, `prompts.jsonl:4: column "prompt": is empty`},
		"ids that repeat":           {"prompts.jsonl", Columns{ID: "about"}, good + asked(1, "de"), `prompts.jsonl:4: the id "fact 0" is a duplicate of prompts.jsonl:2, in the same language (de)`},
		"a broken line":             {"prompts.jsonl", Columns{}, good + `{"prompt":"p`, `prompts.jsonl:4: is not valid JSON: it ends too early, after byte 12`},
		"no UTF-8":                  {"prompts.jsonl", Columns{}, good + "{\"prompt\":\"\xff\"}", `prompts.jsonl:4: is not UTF-8`},
		"a language without a file": {"prompts{lang}.jsonl", Columns{}, "", `promptsen.jsonl: no such file, for English (en), a language of the experiment; there is no file for any other language either`},
		"a broken CSV":              {"prompts.csv", Columns{}, "prompt,lang\na,en\n\"b,en\n", "prompts.csv:3: is not valid CSV: a cell in quotes does not end, or has a single \" in it; write \"\" for a quote"},
		"a short row":               {"prompts.csv", Columns{}, "prompt,lang\na,en\nb\n", "prompts.csv:3: has 1 field where the header has 2"},
		"a CSV's columns":           {"prompts.csv", Columns{}, "Prompt,lang\na,en\n", `prompts.csv:1: has no column "prompt" (prompts.columns.prompt): there are "Prompt", "lang"; did you mean "Prompt"?`},
		"a CSV's empty cell":        {"prompts.csv", Columns{}, "prompt,lang\na,en\n\"x\ny\",de\n,sw\n", `prompts.csv:5: column "prompt": is empty`},
		"no Parquet":                {"prompts.parquet", Columns{}, good, `prompts.parquet: is not a Parquet file: it does not begin with PAR1`},
		"half a Parquet":            {"prompts.parquet", Columns{}, parquet[:len(parquet)/2], `prompts.parquet: does not end with PAR1: it is cut off or damaged`},
		"a Parquet's columns":       {"prompts.parquet", Columns{Prompt: "promt"}, parquet, `prompts.parquet: has no column "promt" (prompts.columns.prompt): there are "turns.role", "turns.content", "prompt", "lang", "answer", "id", "small", "unsigned", "raw", "score", "when", "tag", "endings", "choices.text", "choices.label", "choices.note", "deep"; did you mean "prompt"?`},
		"a Parquet's list":          {"prompts.parquet", Columns{Prompt: "turns.role"}, parquet, `prompts.parquet: column "turns.role": want a string, have lists`},
		"a Parquet's number":        {"prompts.parquet", Columns{Prompt: "id"}, parquet, `prompts.parquet: column "id": want a string, have whole numbers`},
		"a Parquet's null":          {"prompts.parquet", Columns{ID: "unsigned"}, parquet, `prompts.parquet:4: column "unsigned": want a string or a whole number, have null`},
		"a Parquet's blank":         {"prompts.parquet", Columns{Prompt: "answer"}, parquet, "prompts.parquet:1: column \"answer\": want a string, have null\nprompts.parquet:5: column \"answer\": is empty"},
	} {
		s := spec(t, c.path, c.columns, map[string]string{"prompts" + filepath.Ext(c.path): c.text})
		_, err := FromFiles(s)
		if err == nil || err.Error() != c.want && !(strings.HasSuffix(name, "blank") && strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
	}
	s := spec(t, "in/{lang}.jsonl", Columns{}, map[string]string{"in/en.jsonl": asked(1, "en"), "in/ja.jsonl": asked(1, "ja")})
	if _, err := FromFiles(s); err == nil || err.Error() != "in/de.jsonl: no such file, for German (de), a language of the experiment; there are files for en, ja" {
		t.Error(err)
	}
	s = spec(t, "x.jsonl", Columns{}, map[string]string{"x.jsonl": asked(20, "en", "de"), "held.jsonl": asked(1, "en", "de")})
	s.HeldPath = "held.jsonl"
	if _, err := FromFiles(s); err == nil || err.Error() != `held.jsonl: has no prompts in Swahili (sw), a language of the experiment; column "lang" has "de" (1), "en" (1)` {
		t.Error(err)
	}
}

// A real Parquet file, whose languages are told by name and whose answers are missing in every seventh row.
func TestParquetPrompts(t *testing.T) {
	data, err := os.ReadFile("parquet/testdata/zstd-v2.parquet")
	if err != nil {
		t.Fatal(err)
	}
	s := spec(t, "x.parquet", Columns{Answer: "answer", ID: "id"}, map[string]string{"x.parquet": string(data)})
	f := from(t, s)
	total := 0
	for _, part := range f.parts {
		for _, list := range part {
			total += len(list)
		}
	}
	if total != 300 || f.Files()[0].Rows != 300 {
		t.Errorf("%d prompts of %d rows", total, f.Files()[0].Rows)
	}
}

// Whatever the bytes are, there is an error with the file's name, or rows with all that was asked for.
func FuzzReadRows(f *testing.F) {
	f.Add(asked(2, "en", "de"))
	f.Add("\ufeffprompt,lang,key\r\n\"a\n\",en,1\n")
	f.Add(`{"prompt":"p","lang":"en","key":-12345678901234567890}` + "\n" + `{"prompt":1`)
	f.Fuzz(func(t *testing.T, text string) {
		columns := Columns{Prompt: "prompt", Language: "lang", Answer: "about", ID: "key"}.wanted("prompts.columns")
		for _, read := range []func() ([]row, error){
			func() ([]row, error) { return readJSONL(strings.NewReader(text), "f", columns) },
			func() ([]row, error) { return readCSV(strings.NewReader(text), "f", columns) },
			func() ([]row, error) { return readParquet(strings.NewReader(text), int64(len(text)), "f", columns) },
		} {
			rows, err := read()
			if err != nil && !strings.HasPrefix(err.Error(), "f") {
				t.Fatalf("%q: %v", text, err)
			}
			for _, r := range rows {
				if err == nil && (strings.TrimSpace(r.prompt) == "" || strings.TrimSpace(r.language) == "" || strings.TrimSpace(r.id) == "" || r.line < 1) {
					t.Fatalf("%q: read as %+v", text, r)
				}
			}
		}
	})
}
