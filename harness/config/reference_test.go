package config

import (
	"strings"
	"testing"
)

// twoOnAll has two arms that train one model on all pairs, one that does so language by language, and one that leaves a language out.
const twoOnAll = `name = "x"
model = "tiny"
[languages]
seen = ["en", "de"]
[evaluate]
opponent = "baseline"
reference = "everything"
[[arms]]
name = "baseline"
select = "none"
[[arms]]
name = "everything"
select = "all"
[[arms]]
name = "by language"
select = "all"
policy = "mono"
[[arms]]
name = "less"
select = "all"
without = ["de"]
[[arms]]
name = "steps"
select = "all"
[arms.train]
aggregator = "mean"
`

// The one arm that trains one model on all pairs is the reference, whatever it is called; another one may be named.
func TestReference(t *testing.T) {
	without := func(text, part string) string {
		if !strings.Contains(text, part) {
			t.Fatalf("no %q", part)
		}
		return strings.Replace(text, part, "", 1)
	}
	steps := twoOnAll[strings.Index(twoOnAll, "[[arms]]\nname = \"steps\""):]
	const named = "reference = \"everything\"\n"
	for name, c := range map[string]struct{ source, want, from string }{
		"named":          {twoOnAll, "everything", "x.toml:7"},
		"another":        {strings.Replace(twoOnAll, named, "reference = \"by language\"\n", 1), "by language", "x.toml:7"},
		"the only one":   {without(without(twoOnAll, named), steps), "everything", "default: the arm that trains on all pairs"},
		"none":           {good, "", "no arm trains on all pairs"},
		"named for none": {strings.Replace(twoOnAll, "[evaluate]", "[train]\nepochs = 0\n[evaluate]", 1), "everything", "x.toml:9"},
		"nothing trains": {strings.Replace(without(twoOnAll, named), "[evaluate]", "[train]\nepochs = 0\n[evaluate]", 1), "", "no arm trains on all pairs"},
	} {
		e, err := load(c.source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e.Evaluate.Reference != c.want || e.From("evaluate.reference") != c.from {
			t.Errorf("%s: %q from %q, want %q from %q", name, e.Evaluate.Reference, e.From("evaluate.reference"), c.want, c.from)
		}
		if again, err := load(string(e.Resolved())); err != nil || again.Evaluate.Reference != c.want {
			t.Errorf("%s: read back, %v, %v", name, again, err)
		}
	}
	for name, c := range map[string]struct{ source, want string }{
		"several": {without(twoOnAll, named), "x.toml:5: evaluate.reference: is missing: 2 arms train on all pairs (everything, steps); name the one that paired differences are relative to"},
		"unknown": {strings.Replace(twoOnAll, named, "reference = \"everthing\"\n", 1), `x.toml:7: evaluate.reference: "everthing": no such arm; did you mean "everything"?`},
		"untrained": {
			strings.Replace(twoOnAll, named, "reference = \"baseline\"\n", 1),
			`x.toml:7: evaluate.reference: "baseline" is not trained; name a trained arm, usually the one with select = "all"`,
		},
	} {
		if _, err := load(c.source); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
