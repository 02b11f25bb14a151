package config

import (
	"strings"
	"testing"
)

const right = `
[[arms]]
name = "right"
select = "oracle"
`

// A selector that keeps by the sign of its scores has the threshold 0, whatever [keep] says, but not against its own table; and the
// resolved file says the same.
func TestAtZero(t *testing.T) {
	for _, c := range []struct {
		general, own string
		want         float64
	}{
		{"share = 0.3", "", 0},
		{"threshold = 0.2", "", 0},
		{"share = 0.3", "[arms.keep]\nthreshold = 0.1\n", 0.1},
		{"share = 0.3", "[arms.keep]\nquota = \"global\"\n", 0},
	} {
		e, err := load(strings.Replace(good, "share = 0.3", c.general, 1) + right + c.own)
		if err != nil {
			t.Fatal(err)
		}
		again, err := load(string(e.Resolved()))
		if err != nil {
			t.Fatalf("resolved: %v\n%s", err, e.Resolved())
		}
		for _, e := range []*Experiment{e, again} {
			if k := e.Arms[3].Keep; !k.ByThreshold() || k.Threshold != c.want {
				t.Errorf("%q and %q: %+v, want the threshold %g", c.general, c.own, k, c.want)
			}
			if k := e.Arms[1].Keep; k.ByThreshold() != strings.HasPrefix(c.general, "threshold") {
				t.Errorf("%q and %q: another arm has %+v", c.general, c.own, k)
			}
		}
	}
}

func TestOracleTakesNoShare(t *testing.T) {
	for own, want := range map[string]string{
		"":                               "",
		"match = \"congrad\"\n":          "",
		"policy = \"mono\"\n":            "",
		"[arms.keep]\nthreshold = 0.5\n": "",
		"[arms.keep]\nshare = 0.5\n":     `x.toml:43: arms[3].keep.share: "oracle" keeps the right pairs, however many there are; to keep as many as another arm set match to its name`,
		"match = \"random\"\n":           `x.toml:42: arms[3].match: "random" does not choose how many pairs it keeps; match an arm that ranks them, such as one with select = "congrad"`,
	} {
		if _, err := load(good + right + own); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %s", own, err, want)
		}
	}
}
