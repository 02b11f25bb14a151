package lang

import (
	"testing"

	"congrad/experiments"
)

// Two letters say nothing by their spelling: "pt" is not meant for "it". Names, tags and countries do.
func TestLikely(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	all := table.Codes()
	for word, want := range map[string]string{
		"jp": "ja", "cn": "zh", "kr": "ko", "zh-TW": "zh", "sw-KE": "sw", "German": "de", "Germn": "de", "kor_Hang": "ko", "JP": "ja", "zh_cn": "zh", "Deutsch": "de", "Swahilli": "sw",
		"pt": "", "xx": "", "dx": "", "yo": "", "": "", "tlh": "", "Klingon": "",
	} {
		if got, ok := table.Likely(word, all); got != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got, ok := table.Likely("jp", []string{"de"}); ok {
		t.Errorf("of other languages: %q", got)
	}
}
