package tomlfile

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What a file may be at most is checked before the parser, whose time and memory it would take.
func TestBounds(t *testing.T) {
	many := strings.Repeat("a.", 16) + "a = 1"
	for name, c := range map[string]struct{ source, want string }{
		"size":            {strings.Repeat("# comment\n", 110000), "f: has 1.0 MB; want at most 1 MB"},
		"lists":           {"\na = " + strings.Repeat("[", 33), "f:2: lists or tables are nested more than 32 deep"},
		"tables":          {"a = " + strings.Repeat("{a=", 500000/3), "f:1: lists or tables are nested more than 32 deep"},
		"parts":           {"x = 1\n" + many, "f:2: a key has more than 16 parts"},
		"parts of a head": {"[" + strings.Repeat("a.", 16) + "a]", "f:1: a key has more than 16 parts"},
		"parts in quotes": {strings.Repeat(`"a".`, 16) + "a = 1", "f:1: a key has more than 16 parts"},
		"inline":          {"x = {" + many + "}", "f:1: a key has more than 16 parts"},
		"a long key":      {strings.Repeat("k", 257) + " = 1", "f:1: a key or a bare value has more than 256 bytes"},
		"a quoted key":    {`"` + strings.Repeat("k", 257) + `" = 1`, "f:1: a key has more than 256 bytes"},
		"UTF-16":          {"\xff\xfen\x00a\x00", "f: is UTF-16 text: save the file as UTF-8"},
		"long text":       {"a = \"" + strings.Repeat("k.", 5000) + "\"\nb = '''\n" + strings.Repeat("k.", 500) + "\n'''\nc = [\"" + strings.Repeat("k", 999) + "\", \"x\"]", ""},
		"deep enough":     {"a = " + strings.Repeat("[", 32) + strings.Repeat("]", 32), ""},
		"a comment":       {"# " + strings.Repeat("[a.", 1000), ""},
	} {
		began := time.Now()
		var into map[string]any
		_, _, err := Decode("f", c.source, &into)
		if got := fmt.Sprint(err); got != c.want && !(err == nil && c.want == "") {
			t.Errorf("%s: %.200s, want %s", name, got, c.want)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// What is not TOML is said in words, with what to write.
func TestSyntaxInWords(t *testing.T) {
	for source, want := range map[string]string{
		"name = tiny\n":                      `f:1: tiny is not a value: text needs quotes, as in "x"`,
		"a = True\n":                         "f:1: True is not a value: write true",
		"a = \n":                             "f:1: a key has no value: want key = value",
		"a: 1\n":                             "f:1: want key = value, or a table [name]; after the key there is ':'",
		"a\n":                                "f:1: want key = value, or a table [name]; after the key there is the end of the line",
		"a = 5%\n":                           "f:1: after the value there is '%': write one key = value per line, and text in quotes",
		"a = 'x\n":                           "f:1: a string has no closing quote",
		"a = \"\"\"x\n":                      "f:1: a string has no closing quote",
		"a = [1\nb=1\n":                      "f:2: a list has no closing bracket ], or no comma between two values",
		"[a\nb=1\n":                          "f:2: a table's name has no closing bracket: want [name] or [[name]]",
		"a = \"C:\\dir\"\n":                  `f:1: escape in string '\d': write a backslash as \\, or the string in single quotes`,
		"a=\"\xff\"\n":                       "f:1: is not UTF-8: save the file as UTF-8",
		"a=1\r b=2\n":                        "f:1: has the control character 0x0d, which TOML does not allow",
		"a = 1\n\nb = 2\na = 3":              "f:4: a: is given a second time; line 1 has it already",
		"[t]\na = 1\nb = 2\n[u]\n[t]\nc = 1": "f:5: [t]: line 1 opened this table already: write all of its keys in one place",
		"[t]\na = 1\na = 2\n":                "f:3: t.a: is given a second time; line 2 has it already",
		"a = {b = 1, b = 2}\n":               "f:1: a.b: is given a second time",
		"a.b = 1\na = 2\n":                   "f:2: a: line 1 began this table with a.b: give it as a table or as a value",
	} {
		var into map[string]any
		if _, _, err := Decode("f", source, &into); fmt.Sprint(err) != want {
			t.Errorf("%q:\ngot  %v\nwant %s", source, err, want)
		}
	}
}
