package lang

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/experiments"
)

func TestShippedTable(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ar", "bn", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "ru", "sw", "th", "tr", "zh"}
	if got := table.Codes(); !slices.Equal(got, want) {
		t.Errorf("shipped languages are %v, want %v", got, want)
	}
	for _, l := range table.All() {
		if (l.Direction == "rtl") != (l.Script == "Arab") {
			t.Errorf("%s: script %s runs %s", l.Code, l.Script, l.Direction)
		}
		if len(l.Prompts) != len(PromptKinds) {
			t.Errorf("%s has %d kinds of prompts, want %d", l.Code, len(l.Prompts), len(PromptKinds))
		}
	}
}

func TestFind(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	if l, err := table.Find("sw"); err != nil || l.Name != "Swahili" {
		t.Errorf("Find(sw) = %s, %v", l.Name, err)
	}
	for code, want := range map[string]string{
		"sw-KE":   `"sw-KE": no such language; did you mean "sw"?`,
		"klingon": `"klingon": no such language`,
	} {
		if _, err := table.Find(code); err == nil || err.Error() != want {
			t.Errorf("Find(%s): %v, want %s", code, err, want)
		}
	}
}

const good = `code = "xx"
name = "X"
endonym = "x"
script = "Latn"
direction = "ltr"
locale = "xx"
`

func TestErrorsNameTheirPlace(t *testing.T) {
	complete := "\n[prompts]\n"
	for _, kind := range PromptKinds {
		complete += kind + ` = ["` + kind + ` {}?"]` + "\n"
	}
	for _, c := range []struct {
		source, want, reason string
	}{
		{good, "", "a language without prompts is whole"},
		{good + complete, "", "a language with all prompts is whole"},
		{good + "scrpt = \"Latn\"\n", `languages/xx.toml:7: scrpt: no such key; did you mean "script"?`, "unknown key"},
		{good + "Name = \"Y\"\n", `languages/xx.toml:7: Name: no such key; did you mean "name"?`, "another spelling of a key that is there"},
		{strings.Replace(good, "name", "Name", 1), "languages/xx.toml:2: Name: no such key; did you mean \"name\"?\nlanguages/xx.toml: name is missing", "another spelling"},
		{"prompts.month = [\"{}?\"]\n" + good + "[prompts]\n", "languages/xx.toml:8: [prompts]: line 1 began this table with prompts.month: write all of its keys in one place", "a table made twice"},
		{strings.Replace(good, "name = \"X\"\n", "", 1), "languages/xx.toml: name is missing", "missing key"},
		{strings.Replace(good, "ltr", "up", 1), `languages/xx.toml:5: direction "up": want "ltr" or "rtl"`, "direction"},
		{strings.Replace(good, "Latn", "latin", 1), `languages/xx.toml:4: script "latin": want an ISO 15924 code such as "Latn"`, "script"},
		{strings.Replace(good, `"xx"`, `"yy"`, 1), `languages/xx.toml:1: code "yy": the file is xx.toml, so the code must be "xx"`, "code and file differ"},
		{good + "code = \"xx\"\n", "languages/xx.toml:7: code: is given a second time; line 1 has it already", "twice"},
		{good + strings.Replace(complete, "month = ", "moth = ", 1), "languages/xx.toml:17: prompts.moth: no such kind of item; did you mean \"month\"?\nlanguages/xx.toml: prompts.month is missing: [prompts] must have every kind or be left out", "unknown kind"},
		{good + strings.Replace(complete, "unit {}", "unit", 1), `languages/xx.toml:19: prompts.unit[0] "unit?": want {} exactly once, in the place of the fact`, "no place for the fact"},
		{good + strings.Replace(complete, `"list {}?"`, `"list {}?", "list {}?"`, 1), `languages/xx.toml:20: prompts.list[1] "list {}?" is a duplicate`, "phrasing repeated"},
	} {
		_, err := Load(fstest.MapFS{"languages/xx.toml": {Data: []byte(c.source)}}, "languages")
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.reason, got, c.want)
		}
	}
	if _, err := Load(fstest.MapFS{}, "languages"); err == nil || err.Error() != "languages in languages: no *.toml file" {
		t.Errorf("an empty folder: %v", err)
	}
}
