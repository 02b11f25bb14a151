package lang

import (
	"strings"
	"testing"
	"testing/fstest"
)

// Whatever a language's file is, there is an error with its name, or a language with a code and a direction.
func FuzzLoad(f *testing.F) {
	f.Add("code = \"xx\"\nname = \"X\"\nendonym = \"X\"\nscript = \"Latn\"\ndirection = \"ltr\"\nlocale = \"xx\"\n[prompts]\nnumber = [\"{n}?\"]\n")
	f.Add("code = 1\n[prompts]\nx = [\"{\", \"}\", \"{{}}\"]\n")
	f.Add("prompts = { a = [\"\"] }\nCode = \"x\"\n")
	f.Fuzz(func(t *testing.T, source string) {
		table, err := Load(fstest.MapFS{"languages/xx.toml": {Data: []byte(source)}}, "languages")
		if err != nil {
			if !strings.Contains(err.Error(), "xx.toml") {
				t.Fatalf("%q: %v", source, err)
			}
			return
		}
		for _, l := range table.All() {
			if l.Code == "" || l.Direction != "ltr" && l.Direction != "rtl" {
				t.Fatalf("%q: read as %+v", source, l)
			}
		}
	})
}
