package data

import (
	"fmt"
	"strings"
	"testing"
)

// A prompt that is held out is not trained on in another spelling: Unicode calls the normal forms of a text the same text
// (UAX 15), and a space at its end, its case or a mark without width asks nothing else.
func TestHeldOutInAnotherSpelling(t *testing.T) {
	const held = "Größe: was ist 3 für ein Maß?"
	for name, text := range map[string]string{
		"the same":            held,
		"NFD":                 "Gro\u0308ße: was ist 3 fu\u0308r ein Maß?",
		"full width":          "Größe： was ist ３ für ein Maß？",
		"a space at the end":  held + " ",
		"another white space": "\tGröße: was\u00a0ist 3  für\r\nein Maß?",
		"capitals":            "GRÖSSE: WAS IST 3 FÜR EIN MASS?",
		"a mark in front":     "\ufeff" + held,
		"marks inside":        "Grö\u00adße: was\u200b ist 3 für ein \u200fMaß?",
		"without its end":     strings.TrimSuffix(held, "?"),
	} {
		for _, language := range []string{"de", "en"} {
			s := spec(t, "all.jsonl", Columns{Cluster: "about"}, map[string]string{
				"all.jsonl":  asked(3, "en", "de") + fmt.Sprintf("{\"prompt\":%q,\"lang\":\"de\",\"about\":\"leak\"}\n{\"prompt\":\"its translation\",\"lang\":\"en\",\"about\":\"leak\"}\n", text),
				"held.jsonl": fmt.Sprintf("{\"prompt\":%q,\"lang\":%q,\"about\":\"h\"}\n", held, language) + strings.ReplaceAll(asked(1, "en", "de", "sw"), "asks", "holds out"),
			})
			s.HeldPath = "held.jsonl"
			f := from(t, s)
			for _, code := range []string{"en", "de"} {
				list := f.parts[PartPreference][code] // fact 0 is held out, too
				if len(list) != 2 || list[0].Cluster != "fact 1" || list[1].Cluster != "fact 2" {
					t.Errorf("%s, held out in %s: %s has %+v", name, language, code, list)
				}
			}
		}
	}
	for _, other := range []string{"Größe: was ist 4 für ein Maß?", "Grosse: was ist 3 fur ein Mass?", "?!"} {
		if spelling(other) == spelling(held) || spelling(other) == spelling("??") {
			t.Errorf("%q is another text", other)
		}
	}
}
