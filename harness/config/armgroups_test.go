package config

import "testing"

func TestGroups(t *testing.T) {
	const arm = "[[arms]]\nname = \"x\"\nselect = \"all\"\npolicy = \"mono\"\ngroups = "
	for own, want := range map[string]string{
		arm + `["en", "de"]`:       "",
		arm + `["de en"]`:          "",
		arm + `["en de", "en"]`:    `x.toml:42: arms.x.groups: "en" is in two groups, "en de" and "en"`,
		arm + `["en"]`:             `x.toml:42: arms.x.groups: no group has de; every seen language needs a model`,
		arm + `["en", "de", "sw"]`: `x.toml:42: arms.x.groups: the 3rd entry, "sw": "sw" is not a seen language`,
		arm + `["en", "de", " "]`:  `x.toml:42: arms.x.groups: the 3rd entry has no language`,
		"[[arms]]\nname = \"x\"\nselect = \"all\"\ngroups = [\"en de\"]": `x.toml:41: arms.x.groups: only an arm with policy = "mono" has several models`,
	} {
		if _, err := load(good + own + "\n"); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", own, err, want)
		}
	}
}
