package data

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadPreferences(t *testing.T) {
	file := "\ufeff" + `{"lang":"de","prompt":"Wie?","chosen":"So.","rejected":"Nicht so.","score":0.5}` + "\r\n\n" +
		` {"rejected":"b","chosen":"a","prompt":"\u092a\n","lang":"x-mine"}`
	got, err := ReadPreferences(strings.NewReader(file), "mine.jsonl")
	want := []Preference{{"de", "Wie?", "So.", "Nicht so.", 1}, {"x-mine", "प\n", "a", "b", 3}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
}

// Every fault has its line, and one does not hide the others.
func TestReadPreferencesSaysWhatIsWrong(t *testing.T) {
	good := `{"lang":"de","prompt":"p","chosen":"a","rejected":"b"}`
	for line, want := range map[string]string{
		`{"lang":"de"`:   "f:2: is not valid JSON: it ends too early, after byte 12",
		`["lang"]`:       "f:2: want a JSON object, have a list",
		`null`:           "f:2: want a JSON object, have null",
		`{"prompt":"p"}`: `f:2: has no keys "lang", "chosen", "rejected"; it has "prompt" (rename keys that mean the same)`,
		`{"LANG":"de"}`:  `f:2: has no keys "lang", "prompt", "chosen", "rejected"; it has "LANG" (rename keys that mean the same)`,
		`{"lang":"de","prompt":"p","rejected":"a"}`: `f:2: has no key "chosen"; it has "lang", "prompt", "rejected" (rename keys that mean the same)`,
		`hello`:          `f:2: is not valid JSON: unexpected "h" at byte 1`,
		`{"lang":größe}`: `f:2: is not valid JSON: unexpected "g" at byte 9`,
		`{ö}`:            `f:2: is not valid JSON: unexpected "ö" at byte 2`,
		`{"lang":"de","prompt":[{"role":"user","content":"p"}],"chosen":"a","rejected":"b"}`: "f:2: prompt: want a string, have a list: for a conversation, give the text of the turn",
		`{"lang":"de","prompt":"p","chosen":3,"rejected":""}`:                                "f:2: chosen: want a string, have a number",
		`{"lang":"de","prompt":"p","chosen":null,"rejected":""}`:                             "f:2: chosen: want a string, have null",
		`{"lang":"de","prompt":" \n","chosen":"a","rejected":"b"}`:                           "f:2: prompt: is empty",
		`{"lang":"de","prompt":"p","chosen":"a","rejected":"a"}`:                             "f:2: chosen and rejected are the same text, so nothing is preferred",
		"{\"lang\":\"\xff\",\"prompt\":\"p\"}":                                               "f:2: is not UTF-8",
		`{"lang":"de","prompt":"p","chosen":"a","rejected":"b"} {"x":1}`:                     `f:2: is not valid JSON: unexpected "{" at byte 56`,
	} {
		_, err := ReadPreferences(strings.NewReader(good+"\n"+line+"\n"+good+"\n{}"), "f")
		if want += "\n" + `f:4: has no keys "lang", "prompt", "chosen", "rejected"`; err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
	if _, err := ReadPreferences(strings.NewReader("\n\n"), "f"); err == nil || !strings.HasPrefix(err.Error(), "f: has no pairs") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := ReadPreferences(strings.NewReader(strings.Repeat("{}\n", 100)), "f"); err == nil || err.Error() != "f:1: has no keys \"lang\", \"prompt\", \"chosen\", \"rejected\"\nf: other lines have the same error as the first: 99" {
		t.Errorf("one fault of all lines: %v", err)
	}
	if _, err := ReadPreferences(strings.NewReader("\xff\xfe{\x00}\x00"+strings.Repeat("\n\x00", 20)), "f.jsonl"); err == nil || err.Error() != "f.jsonl: is UTF-16 text; save the file as UTF-8" {
		t.Errorf("UTF-16: %v", err)
	}
	if _, err := ReadPreferences(strings.NewReader(strings.Repeat("[]\n", 100)), "f"); strings.Count(err.Error(), "\n") != mostFaults || !strings.HasSuffix(err.Error(), "f: reading stopped after 10 errors; more lines may be wrong") {
		t.Errorf("%d faults are reported", strings.Count(err.Error(), "\n")+1)
	}
	prompts := strings.Repeat(`{"prompt":"p","lang":"de"}`+"\n", 20)
	if _, err := ReadPreferences(strings.NewReader(prompts), "f"); err == nil || err.Error() != `f:1: has no keys "chosen", "rejected"; it has "lang", "prompt" (rename keys that mean the same); the file has prompts, not preference pairs (other lines have the same error)` {
		t.Errorf("a file of prompts: %v", err)
	}
	if _, err := ReadPreferences(strings.NewReader(good+"\n\""+strings.Repeat("x", longestLine)), "f"); err == nil || err.Error() != "f:2: the line is longer than 16 MB" {
		t.Errorf("an endless line: %v", err)
	}
}

// What is read is what was written; what is not read has an error with a line.
func FuzzReadPreferences(f *testing.F) {
	f.Add("de", "p", "a", "b", `{"lang":"de","prompt":"p","chosen":"a","rejected":"b"}`)
	f.Add("", "\x00", "\u2028", "\"", `{"lang":[]}`)
	f.Add("sw", " ", "a", "a", "\ufeff\r\n{")
	f.Fuzz(func(t *testing.T, lang, prompt, chosen, rejected, raw string) {
		list, err := ReadPreferences(strings.NewReader(raw), "f")
		if err == nil && len(list) == 0 || err != nil && !strings.HasPrefix(err.Error(), "f") {
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
		list, err = ReadPreferences(strings.NewReader(fmt.Sprintf("\n%s\n", line)), "f")
		if sound != (err == nil) {
			t.Fatalf("%s: error %v", line, err)
		}
		want := []Preference{{written["lang"], written["prompt"], written["chosen"], written["rejected"], 2}}
		if sound && cmp.Diff(want, list) != "" {
			t.Fatalf("%s: %s", line, cmp.Diff(want, list))
		}
	})
}
