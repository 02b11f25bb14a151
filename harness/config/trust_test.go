package config

import (
	"strings"
	"testing"
)

func TestTrust(t *testing.T) {
	const arm = "[[arms]]\nname = \"x\"\nselect = \"trusted\"\n"
	for own, c := range map[string]struct {
		want    string
		answers bool
	}{
		arm: {},
		arm + "congrad.trust = [\"en\"]\ncongrad.trust_pairs = 5": {},
		arm + "congrad.trust_pairs = 5":                           {answers: true},
		arm + "congrad.trust = [\"sw\"]":                          {want: `x.toml:41: arms.x.congrad.trust: the 1st entry, "sw": not a seen language; arms have pairs only of seen languages`},
	} {
		e, err := load(good + own + "\n")
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", own, err, c.want)
		}
		if err == nil && e.Arms[3].ReadsAnswers() != c.answers {
			t.Errorf("%s: reads reference answers: %v", own, !c.answers)
		}
	}
	if _, err := load(strings.Replace(good, "[keep]", "[congrad]\ntrust = [\"xx\"]\n[keep]", 1)); err == nil || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("%v; want one line", err)
	}
}
