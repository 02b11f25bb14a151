package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSweeps(t *testing.T) {
	for text, want := range map[string][]string{
		"0.1,0.3, 0.5":                 {"0.1", "0.3", "0.5"},
		"[1, 2]":                       {"1", "2"},
		`"a,b",c`:                      {`"a,b"`, "c"},
		`["en","de"],["en"]`:           {`["en","de"]`, `["en"]`},
		`[["en", "de"], ["en"]]`:       {`["en", "de"]`, `["en"]`},
		`{a = 1, b = [1, 2]}, {a = 2}`: {`{a = 1, b = [1, 2]}`, `{a = 2}`},
		"":                             nil,
		",,":                           nil,
		"[[1,2]]":                      {"1", "2"},
		"[1,2],":                       {"[1,2]"},
	} {
		if d := cmp.Diff(want, splitValues(text), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
	got := combinations([]swept{{"a", []string{"1", "2"}}, {"arms.x.b", []string{"c", "d"}}})
	if d := cmp.Diff([][]string{{"a=1", "arms.x.b=c"}, {"a=1", "arms.x.b=d"}, {"a=2", "arms.x.b=c"}, {"a=2", "arms.x.b=d"}}, got); d != "" {
		t.Error(d)
	}
	if name := valuesOf(got[1]); name != "a-1-b-d" {
		t.Errorf("the run is called %q", name)
	}
	for text, want := range map[string]string{
		"train.epochs": "want a key and its values", "=1,2": "want a key and its values", "a=": "want a key and its values",
		"a=1": "is one value; write --set a=1", "a=1,2,1": "the value 1 is a duplicate",
	} {
		if _, err := readSweep(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
