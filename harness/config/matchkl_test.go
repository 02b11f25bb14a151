package config

import "testing"

func TestMatchKL(t *testing.T) {
	const arm = "[[arms]]\nname = \"x\"\nselect = \"all\"\nmatch_kl = "
	const mono = "[[arms]]\nname = \"y\"\nselect = \"all\"\npolicy = \"mono\"\n"
	for own, want := range map[string]string{
		arm + `"congrad"`:  "",
		arm + `"random"`:   "",
		arm + `"congradd"`: `x.toml:41: arms.x.match_kl: "congradd": no such arm; did you mean "congrad"?`,
		arm + `"x"`:        `x.toml:41: arms.x.match_kl: "x" cannot drift as far as itself; name another arm`,
		arm + `"baseline"`: `x.toml:41: arms.x.match_kl: "baseline" is not trained and does not drift; name a trained arm, such as the one with select = "all"`,
		arm + "\"congrad\"\nmatch_steps = \"congrad\"": `x.toml:41: arms.x.match_kl: give only one of match_steps and match_kl`,
		arm + "\"congrad\"\n[arms.train]\nepochs = 2":  "",
		arm + "\"congrad\"\n[arms.train]\nepochs = 0":  `x.toml:41: arms.x.match_kl: "x" is not trained and does not drift`,
		arm + "\"congrad\"\npolicy = \"mono\"":         `x.toml:41: arms.x.match_kl: "x" trains one model per language, and each would drift by itself; remove this key, or policy = "mono"`,
		mono + arm + `"y"`:                             `x.toml:45: arms.x.match_kl: "y" trains one model per language, and each drifts by itself; name an arm with one model`,
		"[[arms]]\nname = \"x\"\nselect = \"congrad\"\nmatch_kl = \"congrad\"\ncongrad.mode = \"online\"":                                `x.toml:41: arms.x.match_kl: an online arm's choices are those of its whole training, which cannot end early; remove this key`,
		"[[arms]]\nname = \"y\"\nselect = \"ifd\"\nmatch_kl = \"random\"\n" + arm + `"y"`:                                                `x.toml:45: arms.x.match_kl: "y" drifts as far as "random"; name that arm`,
		"[[arms]]\nname = \"y\"\nselect = \"ifd\"\nmatch_kl = \"random\"\n[[arms]]\nname = \"x\"\nselect = \"all\"\nmatch_steps = \"y\"": `x.toml:45: arms.x.match_steps: "y" ends where it has drifted as far as "random", which is not known beforehand; name another arm`,
	} {
		if _, err := load(good + own + "\n"); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", own, err, want)
		}
	}
	// two that name each other
	if _, err := load(good + "[[arms]]\nname = \"y\"\nselect = \"all\"\nmatch_kl = \"x\"\n" + arm + "\"y\"\n"); err == nil {
		t.Error("two arms match each other's drift")
	}
}
