package data

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/lang"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// usual are the columns of TRL, with the language.
var usual = PairColumns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected", Language: "lang"}

// readPairs reads the text of a file, whatever the languages.
func readPairs(t testing.TB, name, text string, columns PairColumns) ([]Preference, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	pairs, err := OpenPairs(PairSpec{Path: path, Columns: columns})
	if err != nil {
		return nil, "", fmt.Errorf("%s", strings.ReplaceAll(err.Error(), path, name))
	}
	return pairs.All(), strings.ReplaceAll(UnusableNote(pairs.Files()[0]), path, name), nil
}

// The formats of TRL's preference data sets, each of which comes to the same pair.
func TestFormsOfPairs(t *testing.T) {
	const (
		user  = `{"role": "user", "content": "Wie?"}`
		yes   = `{"role": "assistant", "content": "So."}`
		no    = `{"content": "Nicht so.", "role": "assistant"}`
		other = `{"role": "user", "content": "Was?"}`
	)
	want := Preference{Lang: "de", Prompt: "Wie?", Chosen: "So.", Rejected: "Nicht so.", Line: 1}
	longer := want
	longer.Before = []Turn{{"system", "Kurz!"}, {"user", "Wer?"}, {"assistant", "Ich."}}
	const before = `{"role":"system","content":"Kurz!"},{"role":"user","content":"Wer?"},{"role":"assistant","content":"Ich."},`
	for form, want := range map[string]Preference{
		`"prompt": "Wie?", "chosen": "So.", "rejected": "Nicht so."`:                                                                                     want,
		`"prompt": [` + user + `], "chosen": [` + yes + `], "rejected": [` + no + `]`:                                                                    want,
		`"chosen": [` + user + `,` + yes + `], "rejected": [` + user + `,` + no + `]`:                                                                    want, // implicit
		`"prompt": null, "chosen": [` + user + `,` + yes + `], "rejected": [` + user + `,` + no + `]`:                                                    want,
		`"prompt": "Wie?", "chosen": [` + user + `,` + yes + `], "rejected": [` + user + `,` + no + `]`:                                                  want, // UltraFeedback
		`"prompt": [` + user + `], "chosen": [` + user + `,` + yes + `], "rejected": [` + user + `,` + no + `]`:                                          want,
		`"prompt": "Wie?", "chosen": [` + yes + `], "rejected": [` + no + `]`:                                                                            want,
		`"prompt": [` + user + `], "chosen": "So.", "rejected": "Nicht so."`:                                                                             want,
		`"prompt": [{"role":"user","content":[{"type":"text","text":"W"},{"type":"text","text":"ie?"}]}],"chosen":[` + yes + `],"rejected":[` + no + `]`: want,
		`"prompt": [` + before + user + `], "chosen": [` + yes + `], "rejected": [` + no + `]`:                                                           longer,
		`"chosen": [` + before + user + `,` + yes + `], "rejected": [` + before + user + `,` + no + `]`:                                                  longer,
		`"prompt": "Wie?", "chosen": [` + before + user + `,` + yes + `], "rejected": [` + before + user + `,` + no + `]`:                                longer,
	} {
		got, note, err := readPairs(t, "f.jsonl", `{"lang": "de", `+form+`}`, usual)
		if d := cmp.Diff([]Preference{want}, got, cmpopts.IgnoreUnexported(Preference{}), cmpopts.IgnoreFields(Preference{}, "File"), cmpopts.EquateEmpty()); err != nil || note != "" || d != "" {
			t.Errorf("%s: %v %s %s", form, err, note, d)
		}
	}
	for form, why := range map[string]string{
		`"prompt": "Wie?", "chosen": "So.", "rejected": "So."`:                                                      sameAnswers,
		`"chosen": [` + user + `,` + yes + `], "rejected": [` + user + `,` + yes + `]`:                              sameAnswers,
		`"prompt": " ", "chosen": "So.", "rejected": "Nicht so."`:                                                   noPrompt,
		`"chosen": "So.", "rejected": "Nicht so."`:                                                                  noPrompt,
		`"chosen": [` + yes + `], "rejected": [` + no + `]`:                                                         noPrompt,
		`"prompt": "Wie?", "chosen": "", "rejected": "Nicht so."`:                                                   noAnswer,
		`"prompt": "Wie?", "chosen": null, "rejected": "Nicht so."`:                                                 noAnswer,
		`"prompt": "Wie?", "chosen": [{"role":"assistant","content":""}], "rejected": [` + no + `]`:                 noAnswer,
		`"prompt": "Wie?", "chosen": "So.", "rejected": [` + no + `]`:                                               mixedForms,
		`"prompt": "Wie?", "chosen": [` + other + `,` + yes + `], "rejected": [` + other + `,` + no + `]`:           anotherPrompt,
		`"chosen": [` + user + `,` + yes + `,` + other + `,` + yes + `], "rejected": [` + user + `,` + no + `]`:     severalTurns,
		`"chosen": [` + user + `,` + yes + `], "rejected": [` + other + `,` + no + `]`:                              severalTurns,
		`"prompt": [` + user + `,` + yes + `], "chosen": [` + yes + `], "rejected": [` + no + `]`:                   notAsked,
		`"prompt": [{"role":"tool","content":"x"},` + user + `], "chosen": [` + yes + `], "rejected": [` + no + `]`: otherRoles,
	} {
		good := `{"lang": "de", "prompt": "p", "chosen": "a", "rejected": "b"}`
		got, note, err := readPairs(t, "f.jsonl", `{"lang": "de", `+form+`}`+"\n"+good, usual)
		if err != nil || len(got) != 1 || note != fmt.Sprintf("f.jsonl: 1 of 2 rows are no pairs: %q (1)", why) {
			t.Errorf("%s: %d pairs, %q, %v; want %q", form, len(got), note, err, why)
		}
	}
}

// Columns of any name, in CSV, and the conversations of Parquet that datasets writes.
func TestFilesOfPairs(t *testing.T) {
	columns := PairColumns{Prompt: "question", Chosen: "better", Rejected: "worse", Language: "language", ID: "key"}
	got, _, err := readPairs(t, "f.csv", "key,language,question,better,worse,score\n7,German,Wie?,So.,Nicht so.,1\n8,de,Was?,Das.,Nichts.,2\n", columns)
	if err != nil || len(got) != 2 || got[0].ID() != "German/pair/7" || got[1].Prompt != "Was?" || got[1].Line != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	pairs, err := OpenPairs(PairSpec{Path: "testdata/pairs.parquet", Columns: usual}) // made by testdata/pairs.py
	if err != nil {
		t.Fatal(err)
	}
	list := pairs.All()
	if len(list) != 2 || list[0].Prompt != "Wie?" || list[0].Chosen != "So." || len(list[1].Before) != 2 || list[1].Before[0] != (Turn{"user", "Who?"}) || list[1].Rejected != "Not so." {
		t.Errorf("%+v", list)
	}
}

// Rows of other languages are skipped with counts, and what is held out is not trained on, in any spelling.
func TestPairsOfLanguages(t *testing.T) {
	table, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	line := func(code, prompt string) string {
		return fmt.Sprintf(`{"lang": %q, "prompt": %q, "chosen": "a", "rejected": "b"}`+"\n", code, prompt)
	}
	path := filepath.Join(t.TempDir(), "f.jsonl")
	text := line("German", "x") + line("deu_Latn", "y") + line("fr", "z") + line("eng", "z") + line("eng", "Why?") + line("??", "z")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	open := func(codes ...string) (*Pairs, error) {
		return OpenPairs(PairSpec{Path: path, Columns: usual, Languages: codes, Table: table})
	}
	p, err := open("de", "en")
	if err != nil || p.Count("de") != 2 || p.Count("en") != 2 || len(p.Drawn(1, "de", 1)) != 1 || len(p.Drawn(1, "de", 0)) != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if note := SkippedNote(p.Files()[0]); note != path+`: skipped 2 of 6 rows, in languages that the experiment does not name: "??" (1), "fr" (1)` {
		t.Error(note)
	}
	whole, err := p.Version()
	if n := p.LeaveOut([]Prompt{{Text: "why"}}); err != nil || n != 1 || p.Count("en") != 1 {
		t.Errorf("%d left out, %v", n, err)
	}
	if left, err := p.Version(); err != nil || left == whole {
		t.Errorf("the version is still %s, %v", left, err)
	}
	if _, err := open("de", "sw"); err == nil || err.Error() != path+": has no pairs in Swahili (sw), a seen language of the experiment" {
		t.Error(err)
	}
}

// Every fault has its line, and one does not hide the others.
func TestPairsSayWhatIsWrong(t *testing.T) {
	good := `{"lang":"de","prompt":"p","chosen":"a","rejected":"b"}`
	for line, want := range map[string]string{
		`{"lang":"de"`:   "f.jsonl:2: is not valid JSON: it ends too early, after byte 12",
		`["lang"]`:       "f.jsonl:2: want a JSON object, have a list",
		`{"prompt":"p"}`: `f.jsonl:2: has no column "chosen" (pairs.columns.chosen): there are "prompt"`,
		`{"lang":"de","prompt":"p","chosn":"a","rejected":"b"}`:                                             `f.jsonl:2: has no column "chosen" (pairs.columns.chosen): there are "chosn", "lang", "prompt", "rejected"; did you mean "chosn"?`,
		`{"lang":"de","prompt":"p","chosen":3,"rejected":""}`:                                               `f.jsonl:2: column "chosen": want a text or a conversation, have a number`,
		`{"lang":"de","prompt":"p","chosen":[{"role":"user"}],"rejected":""}`:                               `f.jsonl:2: column "chosen": turn 1 of 1: has no "content"; want {"role": ..., "content": ...}`,
		`{"lang":"de","prompt":"p","chosen":["a"],"rejected":""}`:                                           `f.jsonl:2: column "chosen": turn 1 of 1: `,
		`{"lang":" ","prompt":"p","chosen":"a","rejected":"b"}`:                                             `f.jsonl:2: column "lang": is empty`,
		`{"lang":"de","prompt":[{"role":"user","content":[{"type":"image"}]}],"chosen":"a","rejected":"b"}`: `f.jsonl:2: column "prompt": turn 1 of 1: its content has a part that is not text`,
	} {
		_, _, err := readPairs(t, "f.jsonl", good+"\n"+line+"\n"+good+"\n{", usual)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "f.jsonl:4: ") {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
	same := `{"lang":"de","prompt":"p","chosen":"a","rejected":"a"}`
	if _, _, err := readPairs(t, "f.jsonl", same, usual); err == nil || err.Error() != "f.jsonl: has no pairs; rows that are none: "+sameAnswers+" (1)" {
		t.Error(err)
	}
	if _, _, err := readPairs(t, "f.jsonl", "", usual); err == nil || err.Error() != "f.jsonl: has no rows" {
		t.Error(err)
	}
}

// What is read is what was written; what is not read has an error with a line.
func FuzzPairs(f *testing.F) {
	f.Add("de", "p", "a", "b", `{"lang":"de","prompt":"p","chosen":"a","rejected":"b"}`)
	f.Add("", "\x00", "\u2028", "\"", `{"lang":"de","chosen":[{"role":"user","content":"x"},{}],"rejected":[]}`)
	f.Add("sw", " ", "a", "a", "\ufeff\r\n{")
	f.Fuzz(func(t *testing.T, lang, prompt, chosen, rejected, raw string) {
		list, _, err := readPairs(t, "f.jsonl", raw, usual)
		if err == nil && len(list) == 0 || err != nil && !strings.HasPrefix(err.Error(), "f.jsonl") {
			t.Fatalf("%q: %d pairs, error %v", raw, len(list), err)
		}
		for _, p := range list {
			if strings.TrimSpace(p.Lang) == "" || strings.TrimSpace(p.Prompt) == "" || p.Chosen == p.Rejected || p.Line < 1 {
				t.Fatalf("%q: read as %+v", raw, p)
			}
		}
		line, err := json.Marshal(map[string]string{"lang": lang, "prompt": prompt, "chosen": chosen, "rejected": rejected})
		if err != nil {
			t.Fatal(err)
		}
		var written map[string]string // with what is no UTF-8 replaced
		if err := json.Unmarshal(line, &written); err != nil {
			t.Fatal(err)
		}
		sound := written["chosen"] != written["rejected"]
		for _, text := range written {
			sound = sound && strings.TrimSpace(text) != ""
		}
		list, _, err = readPairs(t, "f.jsonl", fmt.Sprintf("\n%s\n", line), usual)
		if sound != (err == nil) {
			t.Fatalf("%s: error %v", line, err)
		}
		if sound && (list[0].Prompt != written["prompt"] || list[0].Chosen != written["chosen"] || list[0].Rejected != written["rejected"] || list[0].Lang != written["lang"] || list[0].Line != 2) {
			t.Fatalf("%s: read as %+v", line, list[0])
		}
	})
}
