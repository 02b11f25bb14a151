package model

import (
	"testing"
	"testing/fstest"
)

func TestLicence(t *testing.T) {
	for readme, want := range map[string]string{
		"---\nlicense: apache-2.0\nlanguage:\n- en\n---\n# x\nlicense: mit\n":          "apache-2.0",
		"---\r\nlanguage: en\r\nlicense: \"mit\" # as told\r\n---\r\n":                 "mit",
		"---\nlicense: other\nlicense_name: house-rules\nlicense_link: LICENSE\n---\n": "other: house-rules",
		"---\nlicense: other\n---\n":                                                   "other",
		"---\nextra:\n  license: mit\n---\n":                                           "",
		"---\nlicense:\n- mit\n- apache-2.0\n---\n":                                    "",
		"---\nlicense: [mit]\n---\n":                                                   "",
		"---\nlicense: mit\n":                                                          "",
		"# a model\nlicense: mit\n":                                                    "",
		"":                                                                             "",
	} {
		if got, err := Licence(fstest.MapFS{"README.md": {Data: []byte(readme)}}); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", readme, got, err, want)
		}
	}
	if got, err := Licence(fstest.MapFS{}); got != "" || err != nil {
		t.Errorf("no README.md: %q, %v", got, err)
	}
}

func FuzzLicence(f *testing.F) {
	f.Add("---\nlicense: mit\n---\n")
	f.Fuzz(func(_ *testing.T, readme string) { licence(readme) })
}
