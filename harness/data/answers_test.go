package data

import (
	"os"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/lang"
)

// Answers are found by language and text, or by language and id, whichever the file has; two of one prompt are an error.
func TestAnswers(t *testing.T) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("text.jsonl", `{"prompt":"2 x 3?","lang":"English","answer":"six"}
{"prompt":"2 x 3?","lang":"de","answer":"sechs"}
{"prompt":"nobody asks","lang":"tlh","answer":"x"}
{"prompt":"empty","lang":"en","answer":""}
`)
	write("id.csv", "n,language,said\n7,en,six\n7,de,sechs\n")
	write("twice.jsonl", strings.Repeat(`{"prompt":"a","lang":"en","answer":"same"}`+"\n", 2)+`{"prompt":"a","lang":"en","answer":"other"}`+"\n")
	byText := AnswerColumns{Prompt: "prompt", Language: "lang", Answer: "answer"}
	for _, c := range []struct {
		file    string
		columns AnswerColumns
		rows    int
	}{
		{"text.jsonl", byText, 4},
		{"id.csv", AnswerColumns{Prompt: "prompt", Language: "language", Answer: "said", ID: "n"}, 2},
	} {
		a, err := OpenAnswers(c.file, c.columns, languages)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"/7", "/evaluate/7"} {
			for lang, want := range map[string]string{"en": "six", "de": "sechs", "sw": ""} {
				if got, ok := a.To(Prompt{ID: lang + id, Lang: lang, Text: "2 x 3?"}); got != want || ok != (want != "") {
					t.Errorf("%s: %s is answered by %q", c.file, lang+id, got)
				}
			}
		}
		if a.File.Rows != c.rows || len(a.File.SHA256) != 64 {
			t.Errorf("%+v", a.File)
		}
		if _, ok := a.To(Prompt{ID: "en/8", Lang: "en", Text: "empty"}); ok {
			t.Errorf("%s: an empty answer is one", c.file)
		}
	}
	for file, want := range map[string]string{
		"twice.jsonl": "twice.jsonl:3: another answer to the same prompt in en is further up", "none.jsonl": "(evaluate.opponent is taken from the working folder)",
		"id.csv": `has no column "prompt" (evaluate.answers.prompt)`,
	} {
		if _, err := OpenAnswers(file, byText, languages); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
	// what is missing is named as it would have to stand in the file
	asked := []Prompt{{ID: "en/evaluate/8", Lang: "en", Text: "3 x 3?"}, {ID: "de/number/9", Lang: "de", Text: "3 x 4?"}}
	for _, c := range []struct {
		file    string
		columns AnswerColumns
		want    string
	}{
		{"text.jsonl", byText, `text.jsonl (evaluate.opponent): has no answer to 2 of 5 held-out prompts: the prompt "3 x 3?" in en, the prompt "3 x 4?" in de; its column "lang" has values that are not languages: "tlh" (congrad ls languages)`},
		{"id.csv", AnswerColumns{Language: "language", Answer: "said", ID: "n"}, `id.csv (evaluate.opponent): has no answer to 2 of 5 held-out prompts: the id "8" in en, the id "number/9" in de`},
	} {
		a, err := OpenAnswers(c.file, c.columns, languages)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Lacks(asked, 5).Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Whatever a file of answers is, there is an error with its name, or answers of known prompts only.
func FuzzAnswers(f *testing.F) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"prompt":"2 x 3?","lang":"English","answer":"six"}`+"\n", false)
	f.Add("prompt,lang,answer\n\"a\nb\",de,x\n", true)
	f.Add(`{"prompt":"a","lang":"en","answer":"b"}`+"\n"+`{"prompt":"a","lang":"en","answer":null}`+"\n", false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string, csv bool) {
		path := dir + "/a.jsonl"
		if csv {
			path = dir + "/a.csv"
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := OpenAnswers(path, AnswerColumns{Prompt: "prompt", Language: "lang", Answer: "answer"}, languages)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got, ok := a.To(Prompt{ID: "en/1", Lang: "en", Text: "nobody asks this"}); ok && !strings.Contains(text, "nobody") {
			t.Fatalf("%q: answered by %q", text, got)
		}
	})
}
