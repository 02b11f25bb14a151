package config

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
		"[arms.keep]\nshare = 0.5\n":     `x.toml:43: arms.right.keep.share: "oracle" keeps the right pairs, however many there are; to keep as many as another arm set match to its name`,
		"match = \"random\"\n":           `x.toml:42: arms.right.match: "random" does not choose how many pairs it keeps; match an arm that ranks them, such as one with select = "congrad"`,
	} {
		if _, err := load(good + right + own); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %s", own, err, want)
		}
	}
}

// One of share, threshold and band rules: the one that the arm's table gives, else the one that the experiment's gives.
func TestOneRules(t *testing.T) {
	none := math.NaN()
	for _, c := range []struct {
		general, own string
		want         Keep
	}{
		{"share = 0.3", "band = [0.25, 0.75]", Keep{Threshold: none, Band: []float64{0.25, 0.75}}},
		{"threshold = 0.1", "band = [0, 1]", Keep{Threshold: none, Band: []float64{0, 1}}},
		{"band = [0.25, 0.75]", "", Keep{Threshold: none, Band: []float64{0.25, 0.75}}},
		{"band = [0.25, 0.75]", "share = 0.2", Keep{Threshold: none, Share: 0.2}},
		{"band = [0.25, 0.75]", "threshold = 0.2", Keep{Threshold: 0.2}},
	} {
		e, err := load(strings.NewReplacer("share = 0.3", c.general, "[arms.loss]", "[arms.keep]\n"+c.own+"\n[arms.loss]").Replace(good))
		if err != nil {
			t.Fatal(err)
		}
		again, err := load(string(e.Resolved()))
		if err != nil {
			t.Fatalf("%q and %q, resolved: %v\n%s", c.general, c.own, err, e.Resolved())
		}
		for _, e := range []*Experiment{e, again} {
			got := e.Arms[1].Keep
			if got.Quota, got.Action = "", ""; !got.ByShare() {
				got.Share = 0
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%q and %q: %s", c.general, c.own, d)
			}
		}
	}
	for own, want := range map[string]string{
		"band = [0.75, 0.25]":            `x.toml:16: keep.band: want two numbers, the smaller first: [0.25, 0.75] keeps the middle half`,
		"band = []":                      `x.toml:16: keep.band: want two numbers, the smaller first: [0.25, 0.75] keeps the middle half`,
		"band = [0.1, 2]":                `x.toml:16: keep.band: 2 is out of range: want 0 to 1 (`,
		"band = [\"a\"]":                 `x.toml:16: keep.band: want a list of numbers; the 1st entry is the string "a"`,
		"share = 0.2\nband = [0.1, 0.2]": `x.toml:17: keep.band: give only one of share, threshold, band`,
	} {
		if _, err := load(strings.Replace(good, "share = 0.3", own, 1)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", own, err, want)
		}
	}
}

func TestAction(t *testing.T) {
	for _, c := range []struct{ general, own, want string }{
		{"share = 0.3\naction = \"flip\"", "", ""},
		{"share = 0.3", "threshold = 0\naction = \"weight\"", ""},
		{"share = 0.3", "action = \"swap\"", `x.toml:32: arms.congrad.keep.action: "swap": want one of drop, flip, weight`},
		{"share = 0.3", "band = [0.2, 0.8]\naction = \"flip\"", `x.toml:33: arms.congrad.keep.action: "flip": a band rejects the best pairs too; set a share or a threshold in arm "congrad", or action = "drop"`},
		{"share = 0.3\naction = \"flip\"", "band = [0.2, 0.8]", `x.toml:17: keep.action: "flip": a band rejects the best pairs too; set a share or a threshold in arm "congrad", or action = "drop"`},
		{"share = 0.3\naction = \"flip\"\n[congrad]\nmode = \"online\"", "", `x.toml:17: keep.action: "flip": pairs that are rejected during training are dropped, and arm "congrad" is online; set action = "drop" in its table`},
	} {
		_, err := load(strings.NewReplacer("share = 0.3", c.general, "[arms.loss]", "[arms.keep]\n"+c.own+"\n[arms.loss]").Replace(good))
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%q and %q:\ngot  %v\nwant %s", c.general, c.own, err, c.want)
		}
	}
}
