package config

import (
	"slices"
	"strings"
	"testing"
)

const ownLanguages = `
name = "own"
model = "tiny"
[languages]
seen = ["por_Latn", "Yoruba", "zh_cn", "kor_Hang"]
unseen = ["zh-TW", "qcm"]
under_represented = ["yor"]
[languages.define.qcm]
name = "Camões's Portuguese"
script = "Latn"
[prompts]
source = "files"
path = "p.jsonl"
[judge]
kind = "self"
[evaluate]
judge = "self"
opponent = "baseline"
[[arms]]
name = "baseline"
select = "none"
[[arms]]
name = "joint"
select = "all"
without = ["Portuguese"]
[[claims]]
text = "it is better"
measure = "win rate"
arms = ["joint", "baseline"]
group = "yor_Latn"
direction = "greater"
effect = 0.01
`

// One language has one code, whatever the file calls it, and what is resolved is read back as the same.
func TestOwnLanguages(t *testing.T) {
	e, err := load(ownLanguages)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !slices.Equal(e.Languages.Seen, []string{"pt", "yo", "zh", "ko"}) || !slices.Equal(e.Languages.Unseen, []string{"zh-Hant", "qcm"}) ||
			!slices.Equal(e.Languages.UnderRepresented, []string{"yo"}) || !slices.Equal(e.Arms[1].Without, []string{"pt"}) || e.Claims[0].Group != "yo" {
			t.Errorf("%+v, without %q, group %s", e.Languages, e.Arms[1].Without, e.Claims[0].Group)
		}
		var names []string
		for _, l := range e.Languages.Others {
			names = append(names, l.Code+" "+l.Name+" "+l.Script+" "+l.Direction)
		}
		if want := "pt Portuguese Latn ltr, yo Yoruba Latn ltr, zh-Hant Traditional Chinese Hant ltr, qcm Camões's Portuguese Latn ltr"; strings.Join(names, ", ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(names, ", "), want)
		}
		if e, err = load(string(e.Resolved())); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOwnLanguagesThatAreWrong(t *testing.T) {
	for change, want := range map[string]string{
		`"zh_cn"|"jp"`:                     `x.toml:5: languages.seen: the 3rd entry, "jp": no such language; did you mean "ja" (Japanese)? (any code of ISO 639 is one, and what [languages.define.jp] defines; congrad ls languages)`,
		`"zh_cn"|"pt"`:                     `x.toml:5: languages.seen: the 3rd entry, pt, is a duplicate`,
		`script = "Latn"|script = "latin"`: `x.toml:10: languages.define.qcm.script: "latin": want an ISO 15924 code such as "Latn"`,
		`script = "Latn"|scrip = "Latn"`:   `x.toml:10: languages.define.qcm.scrip: no such key; did you mean "script"? (congrad defaults lists all)`,
		`define.qcm]|define.de]`:           `x.toml:8: languages.define.de: German is a language of the embedded world and cannot be changed; choose another code`,
		`define.qcm]|define.Q]`:            `x.toml:8: languages.define.Q: the code "Q": want two or three lower-case letters, and if need be more after a hyphen, such as "pt-BR"`,
		`judge = "self"|judge = "self"` + "\n" + `tasks = ["facts"]`: `x.toml:18: evaluate.tasks: the 1st entry, "facts": its items are the embedded world's, which does not speak Portuguese (pt)`,
		`source = "files"|source = "tiny" #`:                         `x.toml:5: languages.seen: the 1st entry, "pt": the embedded world does not speak Portuguese (congrad ls languages lists those it speaks); other languages need prompts from files (prompts.source = "files")`,
	} {
		from, to, _ := strings.Cut(change, "|")
		_, err := load(strings.Replace(ownLanguages, from, to, 1))
		if err == nil || !strings.Contains(err.Error()+"\n", want+"\n") {
			t.Errorf("%s:\ngot  %v\nwant %s", change, err, want)
		}
	}
}
