package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What makes no sense while training goes on is refused where it was asked for.
func TestOnlineErrors(t *testing.T) {
	arm := func(tables string) string { return strings.Replace(good, "aggregator = \"mean\"", tables, 1) }
	for name, c := range map[string]struct {
		source string
		sets   []string
		want   []string
	}{
		"online":                       {arm("mode = \"online\""), nil, nil},
		"whole experiment":             {good, []string{"congrad.mode=online"}, nil},
		"a quota that other arms need": {arm("mode = \"online\""), []string{"keep.quota=global"}, nil},
		"leaving out in other arms":    {arm("mode = \"online\""), []string{"congrad.leave_one_out=true"}, nil},
		"no mode":                      {arm("mode = \"on-line\""), nil, []string{`x.toml:30: arms.congrad.congrad.mode: "on-line": want one of offline, online; did you mean "online"?`}},
		"no steps":                     {arm("renew_every = 0"), nil, []string{`x.toml:30: arms.congrad.congrad.renew_every: 0 is out of range`}},
		"all that does not go": {
			arm("mode = \"online\"\nleave_one_out = true\nlanguage_gradient = \"mean\"\n[arms.keep]\nquota = \"language\""), nil,
			[]string{
				`x.toml:31: arms.congrad.congrad.leave_one_out: a pair that is scored during training`,
				`x.toml:32: arms.congrad.congrad.language_gradient: "mean": during training`,
				`x.toml:34: arms.congrad.keep.quota: during training the share is taken of each batch`,
			},
		},
		"the experiment's": {
			good,
			[]string{"congrad.mode=online", "congrad.leave_one_out=true", "keep.quota=global", "congrad.language_gradient=mean"},
			[]string{`--set: congrad.language_gradient: "mean"`, "--set: congrad.leave_one_out: a pair", "--set: keep.quota: during"},
		},
		"another selector": {
			strings.Replace(good, `match = "congrad"`, "match = \"congrad\"\n[arms.congrad]\nmode = \"online\"", 1), nil,
			[]string{`x.toml:39: arms.random.congrad.mode: only select = "congrad" selects pairs during training; "random" ranks them all before it`},
		},
		"another selector, by the experiment": {
			strings.NewReplacer(`select = "none"`, "select = \"none\"\n[[arms]]\nname = \"anti\"\nselect = \"anti\"").Replace(good),
			[]string{"congrad.mode=online"},
			[]string{`--set congrad.mode=online (with x.toml:25): arms.anti.congrad.mode: is "online" in [congrad], but "anti" ranks all pairs before training`},
		},
	} {
		_, err := load(c.source, c.sets...)
		var lines []string
		if err != nil {
			lines = strings.Split(err.Error(), "\n")
		}
		if !slices.EqualFunc(lines, c.want, strings.HasPrefix) {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, lines))
		}
	}
}

// Nothing is left out of what a pair is no part of; arms that go back have the experiment's value, and the resolved file says the same.
func TestOnlineLeavesNothingOut(t *testing.T) {
	for _, c := range []struct {
		experiment, arm string
		online, out     bool // of the arm
	}{
		{"", "", false, true},
		{"", "mode = \"online\"", true, false},
		{"mode = \"online\"", "", true, false},
		{"mode = \"online\"", "mode = \"offline\"", false, true},
		{"mode = \"online\"", "mode = \"offline\"\nleave_one_out = false", false, false},
		{"leave_one_out = false", "mode = \"online\"", true, false},
		{"leave_one_out = false", "", false, false},
	} {
		source := strings.NewReplacer("[keep]", "[congrad]\n"+c.experiment+"\n[keep]", "aggregator = \"mean\"", c.arm).Replace(good)
		e, err := load(source)
		if err != nil {
			t.Errorf("%q and %q: %v", c.experiment, c.arm, err)
			continue
		}
		again, err := load(string(e.Resolved()))
		if err != nil {
			t.Errorf("%q and %q, resolved: %v\n%s", c.experiment, c.arm, err, e.Resolved())
			continue
		}
		for _, e := range []*Experiment{e, again} {
			if a := e.Arms[1]; a.Online() != c.online || a.ConGrad.LeaveOneOut != c.out {
				t.Errorf("%q and %q: online is %v, leaving out %v", c.experiment, c.arm, a.Online(), a.ConGrad.LeaveOneOut)
			}
		}
	}
}
