package lang

import (
	"testing"

	"congrad/experiments"
)

func TestResolve(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"en": "en", "EN": "en", "eng": "en", "English": "en", " english ": "en", "en-GB": "en", "en_US": "en", "eng_Latn": "en",
		"Deutsch": "de", "deu": "de", "swh": "sw", "Kiswahili": "sw", "zh-CN": "zh", "zh-Hans": "zh", "zho_Hans": "zh", "cmn": "zh", "中文": "zh",
		"ja": "ja", "jpn_Jpan": "ja", "kor": "ko", "arb_Arab": "ar", "ru-RU": "ru",
		"zh-TW": "", "zh-Hant": "", "pt": "", "Englsh": "", "": "", "und": "", "hi-Latn": "", "en fr": "", "multilingual": "",
	} {
		if code, ok := table.Resolve(value); code != want || ok != (want != "") {
			t.Errorf("Resolve(%q) = %q, %v, want %q", value, code, ok, want)
		}
	}
	for _, l := range table.All() {
		for _, name := range []string{l.Code, l.Name, l.Endonym, l.Code + "-" + l.Script} {
			if code, ok := table.Resolve(name); !ok || code != l.Code {
				t.Errorf("Resolve(%q) = %q, want %s", name, code, l.Code)
			}
		}
	}
}
