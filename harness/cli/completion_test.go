package cli

import (
	"bytes"
	"strings"
	"testing"
)

// The shell is offered experiments, arms, keys, those of arms too, and the words of a key.
func TestCompletion(t *testing.T) {
	for line, want := range map[string][]string{
		"run t":                                 {"tiny", "tiny-all"},
		"export tiny ":                          {"congrad", "random"},
		"run tiny --set keep.":                  {"keep.share=", "keep.quota="},
		"run tiny --set arms.congrad.ke":        {"arms.congrad.keep.share="},
		"run tiny --set arms.congrad.sel":       {"arms.congrad.select="},
		"run tiny --sweep congrad.aggregator=p": {"congrad.aggregator=pcgrad"},
		"run tiny --set arms.random.select=ra":  {"arms.random.select=random"},
		"diagnose --loss sim":                   {"simpo"},
		"run tiny --device ":                    {"auto", "xla", "go"},
		"ls m":                                  {"methods"},
	} {
		var out, errs bytes.Buffer
		words := strings.Split(line, " ")
		if code := Main(append([]string{"__complete"}, words...), nil, &out, &errs); code != 0 {
			t.Errorf("%s: exit code %d: %s", line, code, errs.String())
		}
		for _, w := range want {
			if !strings.Contains("\n"+out.String(), "\n"+w+"\n") && !strings.Contains("\n"+out.String(), "\n"+w+"\t") {
				t.Errorf("%s: %q is not among\n%s", line, w, out.String())
			}
		}
	}
}
