package data

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/record"
)

// A data set has more languages than a study asks in, and than the table knows; "nan" is one (Min Nan Chinese, ISO 639-3), not a number.
func TestRowsOfOtherLanguagesAreSkipped(t *testing.T) {
	want := []record.SkippedRows{{Language: "Traditional Chinese", Rows: 1}, {Language: "Yoruba", Rows: 2}, {Language: "fra_Latn", Rows: 1}, {Language: "nan", Rows: 1}}
	names := []string{"English", "Yoruba", "German", "nan", "Swahili", "fra_Latn", "Yoruba", "Traditional Chinese"}
	csv, lines := "prompt,lang\n", ""
	for _, name := range names {
		csv += "asked in " + name + "," + name + "\n"
		lines += `{"prompt":"asked in ` + name + `","lang":"` + name + "\"}\n"
	}
	for file, text := range map[string]string{"x.csv": csv, "x.jsonl": lines} {
		f := from(t, spec(t, file, Columns{}, map[string]string{file: text}))
		if d := cmp.Diff(want, f.Files()[0].Skipped); d != "" || len(f.Files()[0].Languages) != 3 {
			t.Errorf("%s: %s, %+v", file, d, f.Files()[0].Languages)
		}
		note := file + `: skipped 5 of 8 rows, in languages that the experiment does not name: "Traditional Chinese" (1), "Yoruba" (2), "fra_Latn" (1), "nan" (1)`
		if got := SkippedNote(f.Files()[0]); got != note {
			t.Errorf("got %s, want %s", got, note)
		}
	}
	if got := SkippedNote(record.PromptFile{Path: "x", Rows: 8}); got != "" {
		t.Errorf("nothing was skipped: %s", got)
	}
	source := replaced(t, examTask, "x/{lang}.jsonl\"", "x.jsonl\"\nlanguage = \"l\"")
	items := strings.NewReplacer(`{"q"`, `{"l":"eng_Latn","q"`).Replace(examRows) + `{"l":"nan","q":"","c":{"text":[],"label":[]},"k":"B"}` + "\n"
	x, err := exam(t, source, map[string]string{"x.jsonl": items}, "en")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]record.SkippedRows{{Language: "nan", Rows: 1}}, x.Files()[0].Skipped); d != "" || x.Count("en") != 2 {
		t.Errorf("%d items, %s", x.Count("en"), d)
	}
}
