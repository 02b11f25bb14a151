package tomlfile

import (
	"fmt"
	"strings"
	"testing"
)

// The examples of TOML 1.0 ("Keys", "Table", "Inline Table", "Array of Tables"), and files like this project's.
func TestTablesAreMadeOnce(t *testing.T) {
	for source, want := range map[string]string{
		"loss.beta = 1\n[loss]\nx = 1":                               "f:2: [loss]: line 1 began this table with loss.beta: write all of its keys in one place",
		"[fruit]\napple.color = 1\n[fruit.apple]":                    "f:3: [fruit.apple]: line 2 began this table with apple.color: write all of its keys in one place",
		"[fruit]\napple.taste.sweet = 1\n[fruit.apple.taste]":        "f:3: [fruit.apple.taste]: line 2 began this table with apple.taste.sweet: write all of its keys in one place",
		"[fruit]\napple.color = 1\n[fruit.apple.texture]":            "",
		"[a.b.c]\nz = 9\n[a]\nb.c.t = 1":                             "f:4: b.c.t: line 1 opens this table as [a.b.c]: write the key below it",
		"[product]\ntype = {name = 1}\ntype.edible = 2":              "f:3: type.edible: line 2 gave the whole table as { ... }: write the key there",
		"[product]\ntype = {name = 1}\n[product.type.x]":             "f:3: product.type.x: line 2 gave the whole table as { ... }: write the key there",
		"[[arms]]\nloss.beta = 1\n[arms.loss]\nalpha = 2":            "f:3: [arms.loss]: line 2 began this table with loss.beta: write all of its keys in one place",
		"[[arms]]\nloss.beta = 1\n[[arms]]\nloss.beta = 2":           "",
		"[[arms]]\n[arms.loss]\nb = 1\n[[arms]]\n[arms.loss]\nb = 1": "",
		"[[arms]]\n[arms.loss]\nb = 1\n[[arms]]\nloss.b = 1":         "",
		"[[a]]\n[[a.b]]\nc.d = 1\n[[a.b]]\nc.d = 1\n[[a]]\nb.c = 1":  "",
		"a.b = 1\nx = 1\na.c = 2\n[x2]":                              "",
		"[a.b]\nx = 1\n[a]\ny = 1":                                   "",
		"s = '''\n[loss]\n'''\nloss.beta = 1 # [loss]\n":             "",
		"loss.b = [\n'[loss]', # ]\n\"\\\"]\",\n{x = 1}]\n[z]":       "",
		"\"loss\".b = \"\"\"a\\\"\"\"\"\"\n[ loss ]":                 "f:2: [loss]: line 1 began this table with loss.b: write all of its keys in one place",
		"loss.b = 1\r\n# c\r\n[loss]\r\n":                            "f:3: [loss]: line 1 began this table with loss.b: write all of its keys in one place",
		"x = 1\nx = 2":                                               "f:2: x: is given a second time; line 1 has it already",
	} {
		var into map[string]any
		_, _, err := Decode("f", source, &into)
		if got := fmt.Sprint(err); got != want && !(err == nil && want == "") {
			t.Errorf("%q:\ngot  %s\nwant %s", source, got, want)
		}
	}
}

// A key has one spelling; the library takes any, and of two one at random.
func TestKeysHaveOneSpelling(t *testing.T) {
	type inner struct {
		Size int `toml:"size"`
	}
	var into struct {
		inner
		Kind  string         `toml:"kind"`
		Table inner          `toml:"table"`
		List  []inner        `toml:"list"`
		Free  map[string]any `toml:"free"`
		Name  string         `toml:"-"`
	}
	source := "size = 1\nSize = 2\nkind = 'a'\nKind = 'b'\nother = 1\n[table]\nsize = 1\nSIZE = 2\n[Table]\nsize = 3\n[[list]]\nsIze = 1\n[free]\nAny = 1\nany = 2\n"
	_, unknown, err := Decode("f", source, &into)
	if got := fmt.Sprint(unknown); err != nil || got != "[Size Kind other table.SIZE Table Table.size list.sIze]" {
		t.Errorf("%s, %v", got, err)
	}
	if _, unknown, err := Decode("f", "name = 'x'\n", &into); err != nil || len(unknown) != 1 {
		t.Errorf("%v, %v", unknown, err)
	}
}

// A value of a wrong type is reported at its line, in words of TOML.
func TestValuesHaveTheRightType(t *testing.T) {
	type inner struct {
		Size int `toml:"size"`
	}
	var into struct {
		Seed  uint64   `toml:"seed"`
		Rate  float64  `toml:"rate"`
		Flag  bool     `toml:"flag"`
		Name  string   `toml:"name"`
		Words []string `toml:"words"`
		Table inner    `toml:"table"`
		List  []inner  `toml:"list"`
	}
	for source, want := range map[string]string{
		"seed = 1\ntable = 'x'":            "f:2: table: want a table ([table]), got a string",
		"rate = 1\nflag = 1":               "f:2: flag: want true or false, got the number 1",
		"\nname = true":                    "f:2: name: want a string, got true",
		"words = 'a'":                      "f:1: words: want a list, got a string",
		"[table]\nx = 1\nsize = 1.5":       "f:3: table.size: want a whole number, got the number 1.5",
		"[[list]]\nsize = [1]":             "f:2: list.size: want a whole number, got a list",
		"rate = 'x'\n[table]\nsize = 1.5":  "f:1: rate: want a number, got a string",
		"[table]\nsize = 1\n[name]\nx = 1": "f:3: name: want a string, got a table",
	} {
		if _, _, err := Decode("f", source, &into); fmt.Sprint(err) != want {
			t.Errorf("%q:\ngot  %v\nwant %s", source, err, want)
		}
	}
}

// Whatever is valid TOML, the scanner comes to its end.
func FuzzStatements(f *testing.F) {
	f.Add("a.b = [1, {x = \"]\"}]\n[ 'c' . d ]\n[[e]]\nf = '''\n'''\n")
	f.Fuzz(func(t *testing.T, source string) {
		var into map[string]any
		_, _, err := Decode("f", source, &into)
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Fatal(err)
		}
	})
}
