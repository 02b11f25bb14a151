package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	const a = "seeds = [1, 2]\nname = 'a'\n[train]\nepochs = 1\nbeta = 0.1\n[[arms]]\nname = 'joint'\n[[arms]]\nname = 'congrad'\n[arms.keep]\nshare = 0.5\n"
	const b = "seeds = [1]\nname = 'a'\n[train]\nepochs = 1\n[[arms]]\nname = 'congrad'\n[arms.keep]\nshare = 0.3\n[[arms]]\nname = 'joint'\n[[arms]]\nname = 'anti'\nselect = 'anti'\ncaption = 'least'\n"
	got, err := Differences([]byte(a), []byte(b))
	want := []Difference{
		{"arms.anti.select", "", `"anti"`},
		{"arms.congrad.keep.share", "0.5", "0.3"},
		{"seeds", "[1,2]", "[1]"},
		{"train.beta", "0.1", ""},
	}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if got, err := Differences([]byte(a), []byte(a)); err != nil || len(got) != 0 {
		t.Errorf("an experiment differs from itself in %v, %v", got, err)
	}
	if _, err := Differences([]byte(a), []byte("=")); err == nil {
		t.Error("a file that is not TOML is compared")
	}
}
